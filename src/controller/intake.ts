import { randomUUID } from 'node:crypto'
import type { Host } from '../core/inventory.ts'
import { findHost } from '../core/inventory.ts'
import { openRecovery } from '../core/open.ts'
import type { Rules } from '../core/rules.ts'
import type { AlarmFacts, SignalSource } from '../core/signal.ts'
import type { TriageQuestion } from '../core/triage.ts'
import { triage } from '../core/triage.ts'
import { CloudError, messageOf, StoreUnavailable } from '../errors.ts'
import type { Directory } from './directory.ts'
import type { Disposition, NewSignal, Ports, Received } from './ports.ts'

interface Told {
  readonly source: SignalSource
  readonly host?: string
  readonly alarm?: AlarmFacts
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
  rules: Rules,
  nudge: (recovery?: string) => void
): Intake {
  const { store, alarms, cloud, log } = ports
  let looking: Promise<void> | undefined

  function decide(told: Told, more: Pick<TriageQuestion, 'canLookUp' | 'isolated'>): Disposition {
    const segment = told.host === undefined ? undefined : directory.segmentOf(told.host)
    const decision = triage({
      ...told,
      ...more,
      rules,
      membersKnown: directory.isKnown(),
      ...(segment === undefined ? {} : { segment: segment.name })
    })
    if (decision.outcome !== 'open') return decision
    if (segment === undefined || told.host === undefined) throw new Error('only a host of a segment can be recovered')
    const origin = told.source === 'manual' ? 'manual' : 'alarm'
    return {
      ...decision,
      outcome: 'open',
      recovery: openRecovery(randomUUID(), told.host, segment, origin, ports.clock.now())
    }
  }

  async function receive(signal: NewSignal): Promise<Received> {
    const isolation =
      signal.host === undefined || signal.source === 'manual' ? undefined : await store.isolationOf(signal.host)
    const received = await store.receive(
      signal,
      decide(signal, {
        canLookUp: signal.source === 'aodh',
        isolated: isolation === undefined ? 'no' : 'unknown'
      })
    )
    if (received.outcome === 'received')
      void lookUpReceived().catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) log.warn({ err: messageOf(error) }, 'signals not looked up')
      })
    // One that joins is seen by the next look; waking the driver for each would let a storm of alarms drive it.
    else if (received.outcome === 'opened') nudge(received.recovery)
    return received
  }

  async function settleWith(signal: string, told: Told, host: string, actor?: string): Promise<Received> {
    const isolated = await isolatedNow(host)
    const decided = decide({ ...told, host }, { canLookUp: false, isolated })
    const because = actor === undefined ? decided.because : `${actor} says that this is ${host}: ${decided.because}`
    const settled = await store.settle(signal, host, { ...decided, because })
    if (settled.recovery !== undefined) nudge(settled.recovery)
    return settled
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
    for (const one of page.items) {
      try {
        const told = { source: one.source, ...(one.alarm === undefined ? {} : { alarm: one.alarm }) }
        const host =
          one.host ?? (one.alarm === undefined ? undefined : (await alarms.definition(one.alarm.id, signal))?.host)
        if (host === undefined)
          await store.settle(one.id, undefined, decide(told, { canLookUp: false, isolated: 'no' }))
        else if (directory.isKnown()) await settleWith(one.id, told, host)
      } catch (error) {
        // It stays `received`, and the next walk tries again. While the cloud is away the others need not wait for it too.
        log.warn({ signal: one.id, waiting: page.items.length, err: messageOf(error) }, 'signal not looked up')
        if (error instanceof CloudError && error.code !== 'not-found' && error.code !== 'refused') return
      }
    }
  }

  return { receive, settleWith, lookUpReceived }
}

/** Its force-down is gone, and it reports again (Nova's `state` goes by reports alone) or was enabled. */
export function hasReturned(host: Pick<Host, 'forcedDown' | 'state' | 'status'> | undefined): boolean {
  if (host === undefined || host.forcedDown || host.state === 'unknown') return false
  // An operator who enables it says that it is back, even if it died again before anybody saw it up.
  return host.state === 'up' || host.status === 'enabled'
}
