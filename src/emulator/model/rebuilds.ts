import { type Attempt, attemptsOn, endEvent, mark } from './attempts.ts'
import { works } from './hosts.ts'
import { startGuest } from './oracle.ts'
import { hasRoom } from './placement.ts'
import { comeTooLate, fail, turnAway } from './rebuild-failures.ts'
import type { ModelHost, ModelServer, World } from './world.ts'
import { hostOf } from './world.ts'

/** What the target's nova-compute does with an order: it takes one server after the other. */
export function claim(world: World, attempt: Attempt): void {
  const target = hostOf(world, attempt.target as string)
  const startsMs = Math.max(world.clock.now(), target.claimFreeAtMs)
  target.claimFreeAtMs = startsMs + world.timing.claimMs
  onTarget(world, attempt, target, target.claimFreeAtMs - world.clock.now(), server => {
    const rival = attemptsOn(world, server.id).find(each => each !== attempt && each.stage === 'target')
    if (rival !== undefined && attempt.joinsSpawn !== true) {
      rival.fate = 'fails on the target'
      world.attempts.delete(attempt)
    } else if (server.host !== attempt.source || server.taskState !== 'rebuilding') comeTooLate(world, attempt, server)
    else prepare(world, attempt, server, target)
  })
}

/** So many ms later, unless that nova-compute has died since: then it has forgotten, and nobody ever hears of it again. */
function onTarget(
  world: World,
  attempt: Attempt,
  target: ModelHost,
  ms: number,
  deed: (server: ModelServer) => void
): void {
  const life = target.computeLife
  world.clock.after(ms, () => {
    const server = world.servers.get(attempt.server)
    if (target.computeLife !== life) world.attempts.delete(attempt)
    else if (server === undefined) {
      mark(world, attempt.record, 'failed')
      world.attempts.delete(attempt)
      // It hangs: it goes on where it was as soon as it is woken.
    } else if (!works(target)) target.queue.push(() => onTarget(world, attempt, target, 0, deed))
    else deed(server)
  })
}

function prepare(world: World, attempt: Attempt, server: ModelServer, target: ModelHost): void {
  attempt.stage = 'target'
  attempt.record.dest = target.name
  attempt.action.events.push({ event: 'compute_rebuild_instance', host: target.name })
  if (!hasRoom(world, target)) {
    turnAway(world, attempt, server)
    return
  }
  mark(world, attempt.record, 'pre-migrating')
  server.taskState = 'rebuild_spawning'
  if (target.defined.has(server.id)) fail(world, attempt, server, `Instance ${server.instanceName} already exists.`)
  else {
    // It has asked its hypervisor, which does not know the guest yet.
    server.powerState = 'none'
    onTarget(world, attempt, target, target.habits.spawnMs, () => spawn(world, attempt, server, target))
  }
}

function spawn(world: World, attempt: Attempt, server: ModelServer, target: ModelHost): void {
  if (target.habits.failSpawn > 0) {
    target.habits.failSpawn--
    fail(world, attempt, server, `Failed to deploy instance: ${target.name} was told to fail`)
    return
  }
  startGuest(world, target, server.id)
  if (target.habits.failAfterSpawn > 0) {
    target.habits.failAfterSpawn--
    fail(world, attempt, server, `Failed to deploy instance: ${target.name} was told to fail once the guest runs`)
  } else if (attempt.fate === 'fails on the target' || server.taskState !== 'rebuild_spawning') {
    const actual = server.taskState === undefined ? 'None' : `'${server.taskState}'`
    const states = `Expected: {'task_state': ['rebuild_spawning']}. Actual: {'task_state': ${actual}}`
    fail(world, attempt, server, `Conflict updating instance ${server.id}. ${states}`)
  } else arrive(world, attempt, server, target)
}

/** The server reads ACTIVE while its host is still the source: whoever believes that has believed too early. */
function arrive(world: World, attempt: Attempt, server: ModelServer, target: ModelHost): void {
  // One that was in error forgets that it was to be stopped.
  const stays = server.vmState === 'stopped' || (attempt.stops && server.vmState === 'active')
  Object.assign(server, { vmState: 'active', powerState: 'running', taskState: undefined, fault: undefined })
  server.updatedAtMs = world.clock.now()
  const settle = () =>
    onTarget(world, attempt, target, world.timing.settleMs, () => finish(world, attempt, server, target))
  if (!stays) {
    settle()
    return
  }
  // A stopped server is spawned first and powered off afterwards: its guest runs for a moment.
  server.taskState = 'powering-off'
  attempt.action.events.push({ event: 'compute_stop_instance', host: target.name })
  onTarget(world, attempt, target, world.timing.powerOffMs, () => {
    target.running.delete(server.id)
    Object.assign(server, { vmState: 'stopped', powerState: 'shutdown', taskState: undefined })
    endEvent(attempt, 'compute_stop_instance', 'Success')
    settle()
  })
}

function finish(world: World, attempt: Attempt, server: ModelServer, target: ModelHost): void {
  server.host = target.name
  server.boundTo = target.name
  mark(world, attempt.record, 'done')
  endEvent(attempt, 'compute_rebuild_instance', 'Success')
  world.attempts.delete(attempt)
}
