import type { Host } from '../../core/inventory.ts'
import { findHost } from '../../core/inventory.ts'
import { openRecovery } from '../../core/open.ts'
import type { RuleContext } from '../../core/rules/facts.ts'
import { pastMax } from '../../core/rules/past.ts'
import type { Decision, Rules } from '../../core/rules.ts'
import type { Segment } from '../../core/segment.ts'
import type { AlarmFacts, Signal, SignalSource } from '../../core/signal.ts'
import type { TriageQuestion } from '../../core/triage.ts'
import { triage } from '../../core/triage.ts'
import { CloudError, messageOf, StoreUnavailable } from '../../errors.ts'
import { newId } from '../../new-id.ts'
import { definitionFacts, segmentFacts } from '../judgement/rule-facts.ts'
import type { Disposition, NewSignal, Ports, Received } from '../ports/ports.ts'
import type { Directory } from './directory.ts'

interface Told {
  readonly source: SignalSource
  readonly host?: string
  readonly alarm?: AlarmFacts
  /** As Aodh has it; missing while nobody has asked. */
  readonly definition?: NonNullable<RuleContext['definition']>
}

/** What becomes of a signal, and what the rules said of it, where there are any. */
interface Decided {
  readonly disposition: Disposition
  readonly ruled?: Decision
}

export interface Intake {
  receive(signal: NewSignal): Promise<Received>
  /** Gives a stored signal its host and decides anew. */
  settleWith(signal: string, told: Told, host: string, actor?: string): Promise<Received>
  /** Settles what was stored as `received`: looks up alarms' definitions and returned hosts. Safe to repeat. */
  lookUpReceived(signal?: AbortSignal): Promise<void>
}

/** Stores each signal with what it means, and settles later what needs a look at the cloud. */
export function createIntake(
  ports: Ports,
  directory: Directory,
  /** Those that count now: they may be loaded anew. */
  rules: () => Rules,
  nudge: (recovery?: string) => void
): Intake {
  const { store, alarms, cloud, log, metrics } = ports
  let looking: Promise<void> | undefined

  async function decide(
    { source, host, alarm, definition }: Told,
    more: Pick<TriageQuestion, 'canLookUp' | 'isolated'>
  ): Promise<Decided> {
    const nowMs = ports.clock.now()
    const segment = host === undefined ? undefined : directory.segmentOf(host)
    // Those that it begins with: they may be loaded anew while the store is read for them.
    const asked = rules()
    const { decision, ...told } = triage({
      ...{ source, ...more, nowMs },
      ...(host === undefined ? {} : { host }),
      ...(alarm === undefined ? {} : { alarm }),
      rules: asked,
      membersKnown: directory.isKnown(),
      ...(await lookAround(host, segment, asked)),
      ...((definition ?? hasNone(alarm)) ? { definition: definition ?? 'none' } : {})
    })
    const tried = decision === undefined ? {} : { rules: decision.tried }
    const ruled = decision === undefined || asked.list.length === 0 ? {} : { ruled: decision }
    if (told.outcome !== 'open') return { disposition: { ...told, ...tried }, ...ruled }
    if (segment === undefined || host === undefined) throw new Error('only a host of a segment can be recovered')
    const origin = source === 'manual' ? 'manual' : 'alarm'
    const frozen = decision === undefined ? {} : { decision }
    const recovery = openRecovery(newId(), host, segment, origin, nowMs, frozen)
    return { disposition: { ...told, ...tried, recovery }, ...ruled }
  }

  /** What is told of the host besides the signal. Its past is read only where a rule looks at it. */
  async function lookAround(
    host: string | undefined,
    segment: Segment | undefined,
    asked: Rules
  ): Promise<Pick<TriageQuestion, 'kind' | 'segment' | 'seen' | 'past'>> {
    if (host === undefined || segment === undefined) return { kind: 'host' }
    const seen = directory.seen(host)
    return {
      kind: segment.spares.includes(host) ? 'spare' : 'host',
      segment: segmentFacts(segment),
      ...(seen === undefined ? {} : { seen }),
      ...(asked.needs.past ? { past: await store.pastOf(host, pastMax) } : {})
    }
  }

  async function receive(signal: NewSignal): Promise<Received> {
    const isolation =
      signal.host === undefined || signal.source === 'manual' ? undefined : await store.isolationOf(signal.host)
    const { disposition, ruled } = await decide(signal, {
      canLookUp: signal.source === 'aodh',
      isolated: isolation === undefined ? 'no' : 'unknown'
    })
    const received = await store.receive(signal, disposition)
    if (received.isKnown !== true) count(ruled)
    if (received.outcome === 'received') lookUpSoon()
    // One that joins is seen by the next look; waking the driver for each would let a storm of alarms drive it.
    else if (received.outcome === 'opened') nudge(received.recovery)
    return received
  }

  async function settleWith(signal: string, told: Told, host: string, actor?: string): Promise<Received> {
    const isolated = await isolatedNow(host)
    const { disposition, ruled } = await decide({ ...told, host }, { canLookUp: false, isolated })
    const { because: why } = disposition
    const because = actor === undefined ? why : `${actor} says that this is ${host}: ${why}`
    const settled = await settle(signal, host, { disposition: { ...disposition, because }, ...(ruled && { ruled }) })
    if (settled.recovery !== undefined) nudge(settled.recovery)
    return settled
  }

  async function settle(signal: string, host: string | undefined, { disposition, ruled }: Decided): Promise<Received> {
    const settled = await store.settle(signal, host, disposition)
    // One that waits on is counted already.
    if (settled.outcome === 'received') return settled
    metrics.signalSettled(settled.outcome)
    count(ruled)
    return settled
  }

  function count(ruled: Decision | undefined): void {
    if (ruled !== undefined) metrics.ruleDecided(ruled.rule, ruled.outcome)
  }

  /** Settled by a person, it may wait for what a rule looks at. */
  async function settleByHand(signal: string, told: Told, host: string, actor?: string): Promise<Received> {
    const settled = await settleWith(signal, told, host, actor)
    if (settled.outcome === 'received') lookUpSoon()
    return settled
  }

  function lookUpSoon(): void {
    void lookUpReceived().catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) log.warn({ err: messageOf(error) }, 'signals not looked up')
    })
  }

  /** Rule 1: until the force-down is lifted and the host has reported since, its alarms are only noted. */
  async function isolatedNow(host: string): Promise<'no' | 'yes'> {
    const isolation = await store.isolationOf(host)
    if (isolation === undefined) return 'no'
    const reading = await cloud.hosts()
    if (!hasReturned(findHost(reading, host))) return 'yes'
    await store.liftIsolation(isolation.id)
    return 'no'
  }

  async function lookUpReceived(signal?: AbortSignal): Promise<void> {
    // One walk at a time; whoever comes meanwhile is seen by the next one.
    if (looking !== undefined) await looking
    looking = walk(signal).finally(() => {
      looking = undefined
    })
    await looking
  }

  async function walk(signal?: AbortSignal): Promise<void> {
    const page = await store.signals({ outcome: 'received', limit: 200 })
    // The oldest first: an `ok` must not clear an alarm that came after it.
    for (const one of page.items.toReversed()) {
      try {
        const { definition, host } = await lookUp(one, signal)
        const told: Told = {
          source: one.source,
          definition,
          ...(one.alarm === undefined ? {} : { alarm: one.alarm })
        }
        if (host === undefined)
          await settle(one.id, undefined, await decide(told, { canLookUp: false, isolated: 'no' }))
        else if (directory.isKnown() && (directory.reading() !== undefined || !rules().needs.seen))
          await settleWith(one.id, told, host)
      } catch (error) {
        // It stays `received`, and the next walk tries again. While the cloud is away the others need not wait for it too.
        log.warn({ signal: one.id, waiting: page.items.length, err: messageOf(error) }, 'signal not looked up')
        if (error instanceof CloudError && error.code !== 'not-found' && error.code !== 'refused') return
      }
    }
  }

  /** Aodh's definition, if it must name the host or a rule looks at it. */
  async function lookUp(
    one: Signal,
    signal: AbortSignal | undefined
  ): Promise<{ definition: NonNullable<Told['definition']>; host?: string }> {
    const isAsked = !hasNone(one.alarm) && (one.host === undefined || rules().needs.definition)
    const read = isAsked && one.alarm !== undefined ? await alarms.definition(one.alarm.id, signal) : undefined
    const host = one.host ?? read?.host
    return { definition: read === undefined ? 'none' : definitionFacts(read), ...(host === undefined ? {} : { host }) }
  }

  return { receive, settleWith: settleByHand, lookUpReceived }
}

/** What no alarm told has no definition. */
function hasNone(alarm: AlarmFacts | undefined): boolean {
  return alarm === undefined || alarm.id === ''
}

/** Its force-down is gone, and it reports again (Nova's `state` goes by reports alone) or was enabled. */
export function hasReturned(host: Pick<Host, 'forcedDown' | 'state' | 'status'> | undefined): boolean {
  if (host === undefined || host.forcedDown || host.state === 'unknown') return false
  // An operator who enables it says that it is back, even if it died again before anybody saw it up.
  return host.state === 'up' || host.status === 'enabled'
}
