import type { GuardName } from '../../../src/core/guards/guard.ts'
import { agentsOf } from '../../../src/core/ladder.ts'
import { isIsolatedByUs } from '../../../src/core/marks.ts'
import type { Hold, Recovery } from '../../../src/core/recovery.ts'
import { wayOf } from '../../../src/emulator/model/power-ways.ts'
import type { ModelHost } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { isLongDown } from './since.ts'
import { membersOf } from './storms.ts'
import { canReadPower, isUpInNova } from './truth.ts'

/** Right before the first power-off all is looked at once more. */
const lookMs = 8000
/** A recovery that waits for a time looks again within this. */
const noticedMs = 40_000

/** A person has approved the plan that it has, and that is not long over. */
export function isApproved({ chronicle }: Case, { approval, plan }: Recovery): boolean {
  return approval !== undefined && approval.planHash === plan?.hash && !chronicle.isOld(approval.untilMs, lookMs)
}

/** A person has seen that this guard held, and approved the plan all the same. */
export function isReleased(at: Case, recovery: Recovery, guard: GuardName): boolean {
  return isApproved(at, recovery) && recovery.approval?.releases?.includes(guard) === true
}

/** What a rule froze into it goes before what its segment says now. */
export function asksForApproval({ segment }: Case, { decision }: Recovery): boolean {
  return (decision?.overrides?.approval ?? segment.approval) === 'required'
}

/** Guards that are closed by the truth, and must have been seen to be, when a recovery begins to act. */
export function closedGuards(at: Case, recovery: Recovery): string[] {
  const { world, chronicle } = at
  const closed = Object.entries(world.control).flatMap(([kind, { stoppedAtMs }]) =>
    stoppedAtMs !== undefined && chronicle.isOld(stoppedAtMs + world.timing.serviceDownMs, lookMs)
      ? [`no nova-${kind} is up`]
      : []
  )
  const approvables: readonly (readonly [GuardName, () => string[]])[] = [
    ['flapping', () => flapping(at, recovery)],
    ['storm', () => afterStorm(at)],
    ['domain', () => domain(at, recovery.host)],
    ['site-start', () => siteStart(at)]
  ]
  const waited = recovery.origin === 'target' ? [] : approvables
  return [...closed, ...waited.flatMap(([guard, look]) => (isReleased(at, recovery, guard) ? [] : look()))]
}

function flapping({ recorder, segment }: Case, { id, host, openedAtMs }: Recovery): string[] {
  const { failuresPerHost, failuresWindowMs } = segment.limits
  const earlier = [...recorder.recoveries.values()].filter(other => {
    const isolatedAtMs = other.isolation?.atMs
    const isOther = other.id !== id && other.host === host && other.continues === undefined
    return (
      isOther &&
      isolatedAtMs !== undefined &&
      isolatedAtMs <= openedAtMs &&
      openedAtMs - isolatedAtMs <= failuresWindowMs
    )
  })
  return earlier.length >= failuresPerHost ? [`it was recovered ${earlier.length} times before`] : []
}

function afterStorm({ storms, segment, world, chronicle }: Case): string[] {
  const seenMs = storms.seenMs()
  if (seenMs === undefined || chronicle.isWaiting()) return []
  return world.clock.now() < seenMs + segment.limits.quietMs ? ['a storm was seen a moment ago'] : []
}

function domain(at: Case, host: string): string[] {
  const limit = at.limits.domain
  if (limit === undefined) return []
  return domainsOf(at, host, limit.key).flatMap(({ name, hosts }) => {
    const down = hosts.filter(one => {
      const member = hostOf(at.world, one)
      return isLongDown(at, member, lookMs) && !isIsolatedByUs(member.disabledReason)
    })
    return down.length > limit.hostsDown ? [`${down.length} hosts of ${name} are down`] : []
  })
}

/** Nobody can have watched before the world began. */
function siteStart({ guards, world }: Case): string[] {
  return world.clock.seconds() * 1000 < guards.siteStartMs ? ['nobody has watched for long enough'] : []
}

/** Why a guard's hold should have ended by now. */
export function objectionToGuard(at: Case, hold: Hold, host: ModelHost): string | undefined {
  const { world, storms, segment, limits } = at
  const nowMs = world.clock.now()
  const lastStormMs = storms.lastMs() ?? Number.NEGATIVE_INFINITY
  switch (hold.guard) {
    case 'hosts-down':
      return nowMs - lastStormMs > noticedMs ? 'there is no storm' : undefined
    case 'storm':
      return nowMs - lastStormMs > segment.limits.quietMs + noticedMs ? 'it has long been quiet' : undefined
    case 'control-plane':
      return Object.values(world.control).every(({ stoppedAtMs }) => stoppedAtMs === undefined)
        ? 'a scheduler and a conductor run'
        : undefined
    case 'domain':
      return limits.domain !== undefined && mostDown(at, host.name, limits.domain.key) <= limits.domain.hostsDown
        ? 'few hosts of its domain are down'
        : undefined
    case 'bmc-network': {
      const living = membersOf(segment)
        .map(name => hostOf(world, name))
        .filter(one => isUpInNova(world, one))
      const areThere = living.every(one =>
        agentsOf(segment.fencing).some(agent => canReadPower(one, agent) && wayOf(one, agent).habits.slowMs < 10_000)
      )
      return living.length > 1 && areThere ? 'the BMCs of all other hosts answer' : undefined
    }
    default:
      return undefined
  }
}

function mostDown(at: Case, host: string, key: string): number {
  const { world } = at
  const counts = domainsOf(at, host, key).map(
    ({ hosts }) =>
      hosts.filter(
        name => !isUpInNova(world, hostOf(world, name)) && !isIsolatedByUs(hostOf(world, name).disabledReason)
      ).length
  )
  return Math.max(0, ...counts)
}

/** Hosts that may fail together with this one, by the value that they share. Counted here on its own, or the law would err as the code does. */
function domainsOf({ world }: Case, host: string, key: string): { name: string; hosts: string[] }[] {
  const valuesOf = (name: string): string[] =>
    world.aggregates.flatMap(({ hosts, metadata }) => (hosts.includes(name) ? (metadata?.[key] ?? []) : []))
  return [...new Set(valuesOf(host))].map(value => ({
    name: value,
    hosts: [...world.hosts.keys()].filter(name => valuesOf(name).includes(value))
  }))
}
