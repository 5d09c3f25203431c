import { type Attempt, endEvent, mark } from './attempts.ts'
import { release } from './placement.ts'
import type { ModelServer, World } from './world.ts'
import { hostOf } from './world.ts'

/** The scheduler has nobody who takes it: the server is in error where it was. */
export function refuse(world: World, attempt: Attempt, server: ModelServer, reason: string): void {
  mark(world, attempt.record, 'error')
  endEvent(attempt, 'rebuild_server', 'Error', reason)
  endInError(world, attempt, server, reason)
}

/** It failed on the target: what was started there stays there, and Nova forgets it. */
export function fail(world: World, attempt: Attempt, server: ModelServer, reason: string): void {
  mark(world, attempt.record, 'failed')
  endEvent(attempt, 'compute_rebuild_instance', 'Error', reason)
  giveBack(world, attempt, server)
  endInError(world, attempt, server, reason)
}

/** There was no room after all: the server is as it was. */
export function turnAway(world: World, attempt: Attempt, server: ModelServer): void {
  mark(world, attempt.record, 'failed')
  server.taskState = undefined
  giveBack(world, attempt, server)
  world.attempts.delete(attempt)
}

/**
 * An order that waited in the queue of a dead target finds the server elsewhere, or without its task: it fails before
 * a guest is made, and leaves the server in REBUILD.
 */
export function comeTooLate(world: World, attempt: Attempt, server: ModelServer): void {
  if (attempt.target !== undefined) {
    attempt.record.dest = attempt.target
    if (server.host !== attempt.target) giveBack(world, attempt, server)
  }
  mark(world, attempt.record, 'failed')
  Object.assign(server, { taskState: 'rebuilding', powerState: 'none' })
  world.attempts.delete(attempt)
}

function giveBack(world: World, { target }: Attempt, server: ModelServer): void {
  if (target !== undefined) release(server, hostOf(world, target))
}

function endInError(world: World, attempt: Attempt, server: ModelServer, reason: string): void {
  server.vmState = 'error'
  server.fault = reason
  server.taskState = undefined
  server.updatedAtMs = world.clock.now()
  world.attempts.delete(attempt)
}
