import { isIsolatedByUs, isOurs } from '../../../src/core/marks.ts'
import type { Recovery } from '../../../src/core/recovery.ts'
import type { Step } from '../../../src/core/step.ts'
import { lastReport } from '../../../src/emulator/model/hosts.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { asksForApproval, closedGuards, isApproved, isReleased } from './guarded.ts'
import type { Law } from './law-book.ts'
import { answersSince, forcedDownByOthersSince, isLongDown } from './since.ts'
import { membersOf } from './storms.ts'
import { objectionToVerdict } from './verdicts.ts'

type Objection = readonly [Law, string]

const hourSeconds = 3600

/** Right before the first power-off all is looked at once more. */
const lookMs = 8000

/** At each power-off that is intended: may this host be fenced, now, by this recovery? */
export function watchFences(at: Case): void {
  const { recorder, book } = at
  const begun = new Map<string, Recovery>()
  const states = new Map<string, string>()
  recorder.onChange(recovery => {
    const before = states.get(recovery.id)
    states.set(recovery.id, recovery.phase.state)
    // A host that was off already: no power-off was intended, at which all of this is asked.
    const isProven = before === 'fencing' && recovery.phase.state === 'isolating'
    if (!isProven || recovery.isolation !== undefined || recovery.fenceIntents[recovery.host] !== undefined) return
    for (const [law, sentence] of objectionsToGoOn(at, recovery))
      book.breach(law, `${recovery.host} is taken for fenced: ${sentence}`)
  })
  recorder.listen({
    step(recovery, step) {
      if (step.kind !== 'power-off' || step.state !== 'sending') return
      const isFirst = recovery.fenceIntents[step.target] === undefined
      if (isFirst && step.target === recovery.host) begun.set(recovery.id, recovery)
      const objections =
        step.target === recovery.host
          ? [
              ...objectionsToHost(at, recovery),
              ...(isFirst ? objectionsToBegin(at, recovery, begun) : []),
              ...objectionsToVerdict(at, recovery, isFirst),
              ...objectionsToRepeat(at, recovery)
            ]
          : objectionsToTarget(at, recovery, step)
      if (recovery.cancelling !== undefined) objections.push(['cancelled', 'the recovery was cancelled'])
      for (const [law, sentence] of objections) book.breach(law, `power-off of ${step.target}: ${sentence}`)
    }
  })
}

/** What was isolated has left the evidence behind; before that, each recovery must have a verdict that allows it. */
function objectionsToVerdict(at: Case, recovery: Recovery, isFirst: boolean): Objection[] {
  if (!isFirst || recovery.isolation !== undefined) return []
  const objection = objectionToVerdict(at, recovery) ?? objectionToHaste(at, recovery)
  return objection === undefined ? [] : [['verdict-first', objection]]
}

/** Where Nova's word counts, the host was silent for as long as its rule or its segment asks for. */
function objectionToHaste({ world }: Case, { host, evidence, settings }: Recovery): string | undefined {
  const isAsked = evidence?.observations.some(
    ({ way, says }) => way === 'nova' && (says === 'down' || says === 'silent')
  )
  // Below 0: it has reported since that look.
  const silentMs = (evidence?.atMs ?? 0) - lastReport(world, hostOf(world, host))
  return isAsked === true && silentMs >= 0 && silentMs < settings.confirm.downMs
    ? `it had been silent for ${silentMs} ms, and ${settings.confirm.downMs} are asked for`
    : undefined
}

/** Before it was isolated: it must look dead, and be nobody else's business. */
function objectionsToHost(at: Case, recovery: Recovery): Objection[] {
  if (recovery.isolation !== undefined) return []
  const { world, chronicle, segment } = at
  const host = hostOf(world, recovery.host)
  const objections: Objection[] = []
  const answers = answersSince(at, host.name)
  const isAsked = segment.alive.length > 0 && segment.settings.confirm.computeDown !== 'fence'
  if (answers !== undefined && isAsked && chronicle.isOld(answers, lookMs))
    objections.push(['living-host', 'it has long been answering'])
  if (host.reportingSinceMs !== undefined && chronicle.isOld(host.reportingSinceMs, lookMs))
    objections.push(['living-host', 'its nova-compute has long been reporting'])
  const forced = forcedDownByOthersSince(at, host.name)
  if (forced !== undefined && chronicle.isOld(forced, lookMs))
    objections.push(['own-things-only', 'others have forced it down'])
  if (
    !host.enabled &&
    !isOurs(host.disabledReason) &&
    chronicle.isOld(chronicle.last('disable', host.name) ?? 0, lookMs)
  )
    objections.push(['own-things-only', 'others have disabled it'])
  return objections
}

/** The first power-off of a recovery: limits, approval. */
function objectionsToBegin(at: Case, recovery: Recovery, begun: ReadonlyMap<string, Recovery>): Objection[] {
  const { world, segment, limits } = at
  const objections = objectionsToGoOn(at, recovery)
  if (recovery.origin === 'target') return objections
  const { recoveriesPerHour, hostsDownPercent } = segment.limits
  const acting = [...begun.values()].filter(one => one.origin !== 'target' && one.continues === undefined).length
  if (
    world.clock.seconds() < hourSeconds &&
    recovery.continues === undefined &&
    !isReleased(at, recovery, 'recoveries-per-hour') &&
    acting > Math.min(recoveriesPerHour, limits.recoveriesPerHour)
  )
    objections.push(['storm', `it is number ${acting} within the hour`])
  const members = membersOf(segment)
  const down = members.filter(name => {
    const host = hostOf(world, name)
    return isLongDown(at, host, lookMs) && !isIsolatedByUs(host.disabledReason)
  })
  const isSeen = isReleased(at, recovery, 'hosts-down')
  if (!isSeen && down.length > 1 && (100 * down.length) / members.length > hostsDownPercent)
    objections.push(['storm', `${down.length} of ${members.length} hosts look down`])
  return objections
}

/** Also for a host that turns out to be off already: then no power-off follows. */
function objectionsToGoOn(at: Case, recovery: Recovery): Objection[] {
  const isMissing = asksForApproval(at, recovery) && !isApproved(at, recovery)
  return [
    ...(isMissing ? [['approved', 'nobody approved the plan that it has, or that is long over'] as const] : []),
    ...closedGuards(at, recovery).map((sentence): Objection => ['guarded', sentence])
  ]
}

/** Rule 7: after a pause only what was read as off since may be powered off again; else a person switched it on. */
function objectionsToRepeat({ readings, pauses }: Case, recovery: Recovery): Objection[] {
  const pausedAtMs = pauses.lastOutsideFence(recovery.id)
  if (recovery.isolation === undefined || pausedAtMs === undefined) return []
  const wasOff = readings
    .get(recovery.host)
    ?.some(({ power, atMs, isHearsay }) => power === 'off' && atMs >= pausedAtMs && !isHearsay)
  return wasOff === true ? [] : [['stays-on', 'it was not seen off since the recovery paused']]
}

/** Rule 14: only a spare of this recovery on which Nova places nobody. */
function objectionsToTarget({ world, chronicle }: Case, recovery: Recovery, { target }: Step): Objection[] {
  const objections: Objection[] = []
  if (recovery.targets[target]?.isSpare !== true) objections.push(['own-things-only', 'it is no spare of the recovery'])
  const host = hostOf(world, target)
  if (!host.enabled && !isOurs(host.disabledReason) && chronicle.isOld(chronicle.last('disable', target) ?? 0, lookMs))
    objections.push(['own-things-only', 'others have disabled it'])
  for (const server of world.servers.values()) {
    if (server.host !== target) continue
    const came = world.migrations.findLast(one => one.server === server.id && one.dest === target)?.updatedAtMs
    if (chronicle.isOld(came ?? chronicle.last('addServer', target) ?? 0))
      objections.push(['own-things-only', `${server.name} runs on it`])
  }
  return objections
}
