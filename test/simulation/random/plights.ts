import type { Scenario } from '../scenario.ts'
import type { Chance } from './chance.ts'
import {
  cutOffAndBeating,
  cutOffAndUnfenced,
  feedComesOnBesideASlowOne,
  reportsWithoutStorage,
  sourcesThatFail
} from './plights-of-evidence.ts'
import {
  approvalThatExpires,
  diesAgainInADay,
  linkToBmcsIsDown,
  noControlPlane,
  rackFails,
  siteStarts,
  stormAfterTheApproval,
  stormThatPasses
} from './plights-of-guards.ts'
import {
  alarmThatMustBeLookedUp,
  anotherToolAtWork,
  backWhileDisarmed,
  diesWhileItIsDismissed,
  liarThatIsKnown,
  liarThatReports,
  planThatChanges,
  secondFiringIsLost,
  takenOutOfServiceWhenItDied,
  triggeredWhenItIsBack,
  twoForOneSpare,
  wrongWordAndBack
} from './plights-of-hosts.ts'
import {
  diesWithARequestOnItsWay,
  groupOnOneHost,
  lateRequestToADeadTarget,
  lateSecondAttempt,
  leavesBeforeItsTurn,
  moveThatNeverEnds,
  oneSlowTarget,
  requestThatNeverArrived,
  secondAttempt,
  targetDiesBetween,
  traitThatLags
} from './plights-of-moves.ts'

type Plight = (chance: Chance) => Omit<Scenario, 'expect'>

/**
 * Constellations in which one line of defence stands alone: chance alone meets each only once in thousands of seeds. What is
 * random in them is when and how much.
 */
export function plightOf(chance: Chance): Scenario {
  return { ...chance.pick(plights)(chance), quietSeconds: 200, expect: {} }
}

const plights: readonly Plight[] = [
  alarmThatMustBeLookedUp,
  anotherToolAtWork,
  wrongWordAndBack,
  liarThatIsKnown,
  liarThatReports,
  triggeredWhenItIsBack,
  backWhileDisarmed,
  requestThatNeverArrived,
  secondAttempt,
  lateSecondAttempt,
  lateRequestToADeadTarget,
  diesWithARequestOnItsWay,
  groupOnOneHost,
  twoForOneSpare,
  targetDiesBetween,
  oneSlowTarget,
  traitThatLags,
  leavesBeforeItsTurn,
  moveThatNeverEnds,
  planThatChanges,
  secondFiringIsLost,
  takenOutOfServiceWhenItDied,
  diesWhileItIsDismissed,
  cutOffAndBeating,
  cutOffAndUnfenced,
  feedComesOnBesideASlowOne,
  sourcesThatFail,
  reportsWithoutStorage,
  stormThatPasses,
  diesAgainInADay,
  noControlPlane,
  rackFails,
  siteStarts,
  approvalThatExpires,
  stormAfterTheApproval,
  linkToBmcsIsDown
]
