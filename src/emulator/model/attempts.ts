import { works } from './hosts.ts'
import type { ModelAction, ModelHost, ModelMigration, World } from './world.ts'

/** One evacuate request on its way: through the conductor, and then through the nova-compute of its target. */
export interface Attempt {
  readonly server: string
  readonly source: string
  /** undefined: the scheduler chooses. */
  target: string | undefined
  /** At first the request's own; the conductor takes the oldest that is still accepted. */
  record: ModelMigration
  readonly action: ModelAction
  /** The server is to stay stopped (microversion 2.95). */
  readonly stops: boolean
  readonly skipsScheduler: boolean
  stage: 'conductor' | 'waiting' | 'target'
  /** The guest of an earlier attempt was about to start: each goes on, and who ends last finds the other's end. */
  joinsSpawn?: boolean
  /** Another attempt on the same server met it. `lost`: it ends without a word. */
  fate?: 'lost' | 'fails in the conductor' | 'fails on the target'
}

/** Attempts on the server that have not ended, oldest first. */
export function attemptsOn(world: World, server: string): Attempt[] {
  return [...world.attempts].filter(attempt => attempt.server === server)
}

/** It still can get somewhere: its target works, or is still to be chosen. */
export function isUnderWay(world: World, attempt: Attempt): boolean {
  if (attempt.stage === 'conductor' && attempt.target === undefined) return true
  const target = attempt.target === undefined ? undefined : world.hosts.get(attempt.target)
  return target !== undefined && works(target)
}

/** The oldest evacuation of the server that nobody took up: the conductor does not ask whose it is. */
export function oldestAccepted(world: World, server: string): ModelMigration | undefined {
  return world.migrations.find(
    record => record.type === 'evacuation' && record.server === server && record.status === 'accepted'
  )
}

export function mark(world: World, record: ModelMigration, status: string): void {
  record.status = status
  record.updatedAtMs = world.clock.now()
}

export function endEvent(attempt: Attempt, event: string, result: 'Success' | 'Error', details?: string): void {
  const found = attempt.action.events.find(each => each.event === event)
  if (found === undefined) return
  found.result = result
  if (details === undefined) return
  found.details = details
  attempt.action.message = 'Error'
}

/** A message waits in the host's queue until its nova-compute works again. */
export function deliver(host: ModelHost, work: () => void): void {
  if (works(host)) work()
  else host.queue.push(work)
}
