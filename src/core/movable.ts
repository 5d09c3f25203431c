import type { Server, ServerGroup } from './inventory.ts'
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
