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
