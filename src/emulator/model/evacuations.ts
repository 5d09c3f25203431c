import { type Attempt, attemptsOn, deliver, endEvent, isUnderWay, mark, oldestAccepted } from './attempts.ts'
import { find } from './oracle.ts'
import { allocate } from './placement.ts'
import { refuse } from './rebuild-failures.ts'
import { claim } from './rebuilds.ts'
import { choose, objectionTo } from './scheduler.ts'
import type { ModelMigration, ModelServer, World } from './world.ts'
import { hostOf } from './world.ts'

export interface EvacuationRequest {
  /** undefined: the scheduler chooses. */
  readonly target?: string | undefined
  readonly stops?: boolean
  readonly skipsScheduler?: boolean
  readonly requestId?: string
}

/** Nova took the request: from here on everything happens by itself. */
export function beginEvacuation(world: World, server: ModelServer, request: EvacuationRequest): ModelMigration {
  const { target, stops = false, skipsScheduler = false } = request
  const source = server.host as string
  const id = world.migrations.length + 1
  const nowMs = world.clock.now()
  const record: ModelMigration = {
    id,
    type: 'evacuation',
    server: server.id,
    source,
    status: 'accepted',
    createdAtMs: nowMs,
    ...(target === undefined ? {} : { dest: target })
  }
  world.migrations.push(record)
  const requestId = request.requestId ?? `req-evacuation-${id}`
  const action = { action: 'evacuate', requestId, startedAtMs: nowMs, events: [{ event: 'rebuild_server' }] }
  server.actions.push(action)
  server.taskState = 'rebuilding'
  const attempt: Attempt = {
    server: server.id,
    ...{ source, target, record, action, stops, skipsScheduler, stage: 'conductor' }
  }
  for (const rival of attemptsOn(world, server.id)) meet(world, rival, attempt)
  world.attempts.add(attempt)
  world.clock.after(world.timing.conductorMs, () => conduct(world, attempt))
  return record
}

/** Two rebuilds of one server stop each other; how, depends on where they meet. */
function meet(world: World, rival: Attempt, attempt: Attempt): void {
  if (isUnderWay(world, rival)) find(world, `${attempt.server} was evacuated again while it was being evacuated`)
  if (rival.stage === 'target') {
    attempt.joinsSpawn = true
    return
  }
  // What waits for its target is met there, if ever.
  if (rival.stage === 'waiting' || rival.fate !== undefined) return
  const inConductor = rival.stage === 'conductor' && world.races === 'conductor'
  rival.fate = inConductor ? 'lost' : 'fails on the target'
  attempt.fate = inConductor ? 'fails in the conductor' : 'lost'
}

function conduct(world: World, attempt: Attempt): void {
  const server = world.servers.get(attempt.server)
  if (server === undefined || attempt.fate === 'lost') {
    world.attempts.delete(attempt)
    return
  }
  const oldest = oldestAccepted(world, server.id)
  if (attempt.fate === 'fails in the conductor') {
    // Both change the same consumer in Placement, and the server stays in REBUILD.
    const who = `consumer ${server.id}`
    const why = `another process changed the ${who} after the report client read the consumer state during the claim `
    endEvent(attempt, 'rebuild_server', 'Error', `Failed to update allocations for ${who}. Error: ${why}`)
    if (oldest !== undefined) mark(world, oldest, 'failed')
    world.attempts.delete(attempt)
    return
  }
  attempt.record = oldest ?? attempt.record
  send(world, attempt, server)
}

function send(world: World, attempt: Attempt, server: ModelServer): void {
  attempt.target ??= choose(world, server, attempt.source)
  const target = attempt.target === undefined ? undefined : hostOf(world, attempt.target)
  const objection =
    target === undefined
      ? 'No valid host was found. There are not enough hosts available.'
      : attempt.skipsScheduler
        ? undefined
        : objectionTo(world, server, target)
  if (target === undefined || objection !== undefined) {
    refuse(world, attempt, server, objection ?? '')
    return
  }
  allocate(server, target)
  endEvent(attempt, 'rebuild_server', 'Success')
  attempt.stage = 'waiting'
  deliver(target, () => claim(world, attempt))
}
