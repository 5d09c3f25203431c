import type { Signal } from '../../core/signal.ts'
import { CloudError, messageOf } from '../../errors.ts'
import { inParallel } from '../../in-parallel.ts'
import { isArmed } from '../judgement/check-guards.ts'
import type { FiringAlarm, Ports } from '../ports/ports.ts'
import type { Intake } from '../service/intake.ts'

/** Whose token an action of an alarm carries, and the host that its URL names; undefined when it does not point at us. */
export type ReadAction = (
  url: string
) => { readonly actor: string; readonly host?: string | undefined; readonly isTest: boolean } | undefined

type AlarmPorts = Pick<Ports, 'alarms' | 'store' | 'policy' | 'log' | 'metrics'>

/** Dates are whole seconds, and a delivery may overtake the answer that dates it. */
const slackMs = 3000

/** Each alarm has a history of its own. */
const historiesAtOnce = 8

/** Alarms of ours that fired and of which no delivery came become signals; those that are done with may fire again. */
export function createAlarmPoll(
  ports: AlarmPorts,
  intake: Pick<Intake, 'receive'>,
  readAction: ReadAction
): (signal?: AbortSignal) => Promise<void> {
  const { alarms, log, metrics } = ports

  async function tell(alarm: FiringAlarm, host: string | undefined, lost: Lost): Promise<void> {
    const received = await intake.receive({
      source: 'aodh',
      actor: 'poll',
      alarm: factsOf(alarm),
      reason: `${lost.said}, and no delivery of it came`,
      dedupeKey: `poll|${alarm.id}|${lost.key}`,
      ...(host === undefined ? {} : { host })
    })
    metrics.polled('alarm', received.outcome)
    log.warn({ alarm: alarm.id, host, ...received }, 'an alarm was not delivered, and was found')
  }

  return async signal => {
    const ours = (await alarms.firing(signal)).flatMap(alarm => {
      const action = alarm.actions.map(readAction).find(read => read !== undefined)
      return action === undefined || action.isTest ? [] : [{ alarm, host: action.host }]
    })
    const failures: CloudError[] = []
    await inParallel(ours, historiesAtOnce, async ({ alarm, host }) => {
      if (hasGone(failures)) return
      try {
        const lost = await lostFiring(ports, alarm, signal)
        if (lost !== undefined) await tell(alarm, host, lost)
        await rearmIfDone(ports, alarm, signal)
      } catch (error) {
        // One that Aodh does not show or let us set must not hide the others for ever.
        if (!(error instanceof CloudError)) throw error
        log.warn({ alarm: alarm.id, host, err: messageOf(error) }, 'an alarm was not looked at')
        failures.push(error)
      }
    })
    if (failures[0] !== undefined) throw failures[0]
  }
}

/** Aodh went away meanwhile: asking it for each of the others would only take time. */
function hasGone(failures: readonly CloudError[]): boolean {
  return failures.filter(({ code }) => code === 'unreachable').length >= historiesAtOnce
}

/** A firing of which we have not heard. */
interface Lost {
  /** Tells this firing from the alarm's others. */
  readonly key: string
  /** What Aodh says of it. */
  readonly said: string
}

/** Ages are Aodh's, and are taken from our store's clock: the two clocks may differ by days. */
async function lostFiring(
  { alarms, store }: AlarmPorts,
  alarm: FiringAlarm,
  signal: AbortSignal | undefined
): Promise<Lost | undefined> {
  const nowMs = await store.now()
  const firing = await alarms.lastFiring(alarm.id, signal).catch(withoutHistory)
  if (firing === undefined) return await lostWithoutHistory(store, alarm, nowMs)
  // Whoever sets the state with the whole alarm leaves no transition behind, only the date.
  const ageMs = Math.min(firing.ageMs, alarm.setAgeMs)
  // One whose delivery is still on its way is told twice, and joins.
  if (await store.isHeard(alarm.id, nowMs - ageMs - slackMs)) return undefined
  const said = `Aodh has had it in alarm for ${Math.round(ageMs / 1000)} s`
  return { key: String(Math.max(firing.atMs, alarm.setAtMs)), said }
}

/** When it fired is not known, only that it did: either our newest signal of it says so, or that firing was lost. */
async function lostWithoutHistory(
  store: AlarmPorts['store'],
  alarm: FiringAlarm,
  nowMs: number
): Promise<Lost | undefined> {
  const last = await store.lastOf(alarm.id)
  const isHeard = last?.alarm?.current === 'alarm' && last.receivedAtMs >= nowMs - alarm.setAgeMs - slackMs
  return isHeard ? undefined : { key: `${alarm.setAtMs}|${last?.id ?? ''}`, said: 'Aodh has it in alarm' }
}

/** A policy that shows nobody's history, or an alarm that was deleted just now. */
function withoutHistory(error: unknown): undefined {
  if (error instanceof CloudError && ['forbidden', 'refused', 'not-found'].includes(error.code)) return undefined
  throw error
}

/**
 * An event alarm without repeat_actions is set back when its recovery ends. What that could not see is done here: its
 * delivery was found only after the end, or setting it back failed.
 */
async function rearmIfDone(
  { alarms, store, policy, log }: AlarmPorts,
  alarm: FiringAlarm,
  signal: AbortSignal | undefined
): Promise<void> {
  if (alarm.type !== 'event' || alarm.repeatActions) return
  const last = await store.lastOf(alarm.id)
  if (last?.host === undefined || last.alarm?.current !== 'alarm' || !(await isDone(store, last, last.host))) return
  const segment = policy.segmentOf(last.host)
  if (segment === undefined || !isArmed(segment.name, await store.arming(), policy)) return
  await alarms.rearm(alarm.id, signal)
  log.info({ alarm: alarm.id, host: last.host }, 'alarm set back to ok')
}

/** Nobody has the host in hand, and the signal was not just noted by a rule, which leaves the alarm to its owner. */
async function isDone(store: AlarmPorts['store'], { outcome }: Signal, host: string): Promise<boolean> {
  if ((await store.openRecoveryOf(host)) !== undefined) return false
  if (outcome === 'noted') return (await store.isolationOf(host)) !== undefined
  return outcome === 'opened' || outcome === 'joined'
}

function factsOf({ id, name, severity, reason, type, eventType }: FiringAlarm) {
  return {
    ...{ id, name, severity, reason, type, current: 'alarm', traits: {} },
    ...(eventType === undefined ? {} : { eventType })
  }
}
