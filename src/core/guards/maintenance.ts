import type { Host } from '../inventory.ts'
import { isIsolatedByUs, isOurs } from '../marks.ts'
import type { GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'

/**
 * What Ironic says of the machine, where it is one of Ironic's nodes; `not applicable` for all others, `unknown` when it can't be
 * asked.
 */
export type NodeMaintenance =
  | {
      readonly maintenance: boolean
      readonly reason?: string
      /** Ironic set it by itself, for it does not reach the node's BMC, and ends it when it does. */
      readonly isOfIronic?: true
    }
  | 'not applicable'
  | 'unknown'

/** A host that others disabled, forced down or put into maintenance is theirs; we don't fence it. Open when Ironic can't be asked: the guard is asked again before each power-off, and before the proof. */
export function maintenanceGuard(host: Host, node: NodeMaintenance = 'not applicable'): GuardReport {
  const { name, status, forcedDown, disabledReason } = host
  const why = disabledReason === undefined ? {} : { disabledReason }
  const inputs = { status, forcedDown, ...why, node: typeof node === 'string' ? node : nodeText(node) }
  if (status === 'disabled' && !isOurs(disabledReason)) {
    const quoted = disabledReason === undefined ? '' : ` ("${disabledReason}")`
    return closed('maintenance', `${name} was disabled by others${quoted}`, 'person', inputs)
  }
  if (forcedDown && !isIsolatedByUs(disabledReason))
    return closed('maintenance', `${name} was forced down by others`, 'person', inputs)
  if (typeof node === 'object' && node.maintenance && node.isOfIronic !== true && !isOurs(node.reason))
    return closed('maintenance', `Ironic has ${name} in ${nodeText(node)}`, 'person', inputs)
  return clear('maintenance', `${name} is not under maintenance`, inputs)
}

function nodeText({ maintenance, reason, isOfIronic }: Exclude<NodeMaintenance, string>): string {
  if (!maintenance) return 'no maintenance'
  const whose = isOfIronic === true ? 'maintenance by Ironic itself' : 'maintenance'
  return reason === undefined ? whose : `${whose} ("${reason}")`
}
