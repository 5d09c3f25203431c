import type { ServerRule } from '../../../src/core/rules/server-policy.ts'
import type { Scenario, SegmentOverrides } from '../scenario.ts'
import type { Chance } from './chance.ts'

/** What an operator may have configured. */
export function randomSegment(chance: Chance, hasSpares: boolean): SegmentOverrides {
  // The configuration refuses the others where no spares are named.
  const methods = hasSpares ? (['auto', 'auto_priority', 'rh_priority'] as const) : (['auto'] as const)
  const settings = {
    ...(chance.percent(45) && { method: chance.pick(methods) }),
    ...(chance.percent(8) && { storage: 'local' as const, allowLocalDiskLoss: chance.percent(50) }),
    ...(chance.percent(20) && { confirm: { downMs: chance.pick([5000, 90_000]) } }),
    ...(chance.percent(60) && { evacuate: randomEvacuate(chance) }),
    ...(chance.percent(15) && { servers: randomServerRules(chance) })
  }
  return {
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(chance.percent(10) && { alive: [] }),
    ...(chance.percent(4) && { fencing: ['none'] }),
    ...(chance.percent(8) && { approval: 'required' as const }),
    ...(chance.percent(6) && { armed: false }),
    ...(chance.percent(15) && {
      limits: { recoveriesPerHour: chance.int(1, 2), hostsDownPercent: chance.pick([30, 60]) }
    })
  }
}

/** By the end of the name, which the laws can read. */
function randomServerRules(chance: Chance): ServerRule[] {
  return ['-1', '-2', '-3'].map(end => ({
    name: `rule${end}`,
    when: `server.name.endsWith("${end}")`,
    then: chance.pick(['move', 'leave', 'leaveStopped'] as const),
    priority: chance.int(1, 10)
  }))
}

function randomEvacuate(chance: Chance): NonNullable<NonNullable<SegmentOverrides['settings']>['evacuate']> {
  return {
    ...(chance.percent(50) && { perTarget: chance.int(1, 4) }),
    ...(chance.percent(30) && { moveTimeoutMs: chance.pick([15_000, 60_000]) }),
    ...(chance.percent(40) && { attempts: chance.int(1, 3) }),
    ...(chance.percent(40) && { spread: 'fastest' as const }),
    ...(chance.percent(10) && { moveUnusual: false })
  }
}

export function randomLimits(chance: Chance): NonNullable<Scenario['limits']> {
  return {
    ...(chance.percent(15) && { recoveriesPerHour: chance.int(1, 3) }),
    ...(chance.percent(20) && { movesInFlight: chance.int(1, 4) })
  }
}
