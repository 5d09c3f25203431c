import { Refusal } from './refusal.ts'
import type { ModelServer, World } from './world.ts'

export function serverWithId(world: World, id: string): ModelServer {
  const server = world.servers.get(id)
  if (server === undefined) throw new Refusal(404, `Instance ${id} could not be found.`)
  return server
}

/** Writes the request into the server's history. */
export function note(world: World, server: ModelServer, action: string, requestId: string | undefined): void {
  const startedAtMs = world.clock.now()
  server.actions.push({
    action,
    requestId: requestId ?? `req-${action}-${server.actions.length}`,
    startedAtMs,
    events: []
  })
}
