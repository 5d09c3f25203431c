import type { Migration, Server, ServerGroup } from './inventory.ts'
import type { Settings } from './segment.ts'

export interface Objection {
  readonly because: 'kind' | 'leaving'
  readonly reason: string
}

/** vm_states that Nova evacuates as they are. */
const evacuable = ['active', 'stopped', 'error']
/** vm_states that Nova refuses (409) until they are reset; what they had in memory died with the host anyway. */
export const unusual = ['paused', 'suspended', 'rescued']

/** Why a server can't be moved at all, or need not be; undefined when it can. (Nova: compute/api.py evacuate; scheduler affinity filter) */
export function objectionToMoving(
  server: Server,
  groups: readonly ServerGroup[],
  settings: Settings
): Objection | undefined {
  if (isLeaving(server)) return { because: 'leaving', reason: 'it is being deleted' }
  if (server.vmState === 'shelved_offloaded')
    return { because: 'leaving', reason: 'it is shelved and has no guest on any host' }
  if (!server.launched || server.vmState === 'building')
    return { because: 'kind', reason: 'it was never started, so Nova cannot rebuild it: delete it and create it again' }
  if (!evacuable.includes(server.vmState) && !unusual.includes(server.vmState)) {
    return { because: 'kind', reason: `Nova evacuates no server in the state ${server.vmState}` }
  }
  if (unusual.includes(server.vmState) && !settings.evacuate.moveUnusual) {
    return { because: 'kind', reason: `it is ${server.vmState}, and moveUnusual is off` }
  }
  const affine = groups.find(group => group.policy === 'affinity' && group.members.includes(server.id))
  if (affine !== undefined)
    return {
      because: 'kind',
      reason: `its server group ${affine.id} demands one host for all members (affinity), and that host is dead`
    }
  if (server.localDisk && settings.storage === 'local' && !settings.allowLocalDiskLoss) {
    return {
      because: 'kind',
      reason: 'its disk lies on the dead host; moving it would lose the data (allowLocalDiskLoss is off)'
    }
  }
  return undefined
}

export function isLeaving(server: Server): boolean {
  return (
    server.taskState === 'deleting' ||
    server.taskState === 'soft-deleting' ||
    server.vmState === 'deleted' ||
    server.vmState === 'soft-delete'
  )
}

const notBegun = ['queued', 'accepted', 'preparing']
const ended = ['done', 'completed', 'failed', 'error', 'cancelled', 'confirmed', 'reverted']

export function isRunning(migration: Migration): boolean {
  return !ended.includes(migration.status)
}

/**
 * Evacuations that somebody still works on. Of several requests for one server Nova takes up the oldest: when that has
 * moved the server, the others read `accepted` for ever.
 */
export function runningEvacuations(migrations: readonly Migration[]): Migration[] {
  const evacuations = migrations.filter(one => one.type === 'evacuation')
  const isLeftBehind = (one: Migration): boolean =>
    one.status === 'accepted' &&
    evacuations.some(
      other =>
        other.server === one.server &&
        (other.status === 'done' || other.status === 'completed') &&
        (other.updatedAtMs ?? 0) >= one.createdAtMs
    )
  return evacuations.filter(one => isRunning(one) && !isLeftBehind(one))
}

/**
 * A record beside one that failed later, to the same target, of a server at which nobody works: the other one of two evacuations
 * at once. Nova takes it up with the next one.
 */
export function isForgotten(
  one: Migration,
  migrations: readonly Migration[],
  target: string,
  server: Server | undefined
): boolean {
  return (
    one.status === 'accepted' &&
    one.dest === target &&
    server?.taskState === undefined &&
    migrations.some(
      other =>
        other.type === 'evacuation' &&
        other.server === one.server &&
        other.status === 'failed' &&
        other.dest === target &&
        (other.updatedAtMs ?? 0) >= one.createdAtMs
    )
  )
}

/**
 * A live migration that had begun: the guest may already run on the other host though Nova still names the source.
 * undefined when there is none.
 */
export function begunMigrationOf(server: string, migrations: readonly Migration[]): Migration | undefined {
  return migrations.find(
    one => one.server === server && one.type === 'live-migration' && isRunning(one) && !notBegun.includes(one.status)
  )
}
