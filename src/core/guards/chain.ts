import type { Recovery, TargetUse } from '../recovery.ts'
import type { GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'

const chainMax = 2

/** A load that kills its hosts must not walk through all of them: the third target lost in a chain holds. */
export function chainGuard(chain: number): GuardReport {
  const inputs = { lostTargets: chain, lostTargetsMax: chainMax }
  return chain > chainMax
    ? closed('chain', `${chain} targets in a chain were lost: the load itself may kill its hosts`, 'person', inputs)
    : clear('chain', `${chain} targets lost before`, inputs)
}

/**
 * What the recovery of a target of this one has for its chain: the targets that were lost on the way to it, and those of its own
 * that died, or failed and were powered off. Those that die at once count together: nobody knows which was first.
 */
export function chainOfLost({ chain, targets, proofs }: Pick<Recovery, 'chain' | 'targets' | 'proofs'>): number {
  const isLost = ([host, { state }]: [string, TargetUse]): boolean => state === 'lost' || proofs[host] !== undefined
  return chain + Object.entries(targets).filter(isLost).length
}
