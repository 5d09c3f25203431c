import type { Clock } from '../../../src/clock.ts'
import type { Phase, Recovery } from '../../../src/core/recovery.ts'
import type { Settings } from '../../../src/core/segment.ts'
import type { Claimed, Disposition, NewSignal, Store } from './types.ts'

/** One database of its own, with its clock in our hands. Another database brings another of these. */
export interface Bed {
  open(): Promise<Store>
  /** Lets the database's clock go on. */
  pass(ms: number): Promise<void>
  dispose(): Promise<void>
}

export type MakeBed = () => Promise<Bed>

/** A clock that only moves when told. */
export function handClock(startMs = 1_800_000_000_000): Clock & { pass(ms: number): void } {
  let nowMs = startMs
  return {
    now: () => nowMs,
    sleep: async () => {},
    pass(ms) {
      nowMs += ms
    }
  }
}

/** Runs a test on a store that is opened before and disposed of after it. */
export function withStore(makeBed: MakeBed, body: (store: Store, bed: Bed) => Promise<void>): () => Promise<void> {
  return async () => {
    const bed = await makeBed()
    const store = await bed.open()
    try {
      await body(store, bed)
    } finally {
      await store.close()
      await bed.dispose()
    }
  }
}

const settings: Settings = {
  method: 'reserved_host',
  storage: 'shared',
  allowLocalDiskLoss: false,
  confirm: { downMs: 20_000, timeoutMs: 120_000 },
  evacuate: { perTarget: 8, moveTimeoutMs: 600_000, attempts: 2, spread: 'fewest', moveUnusual: true }
}

let made = 0

export function recoveryOf(host: string, changes: Partial<Recovery> = {}): Recovery {
  return {
    id: `recovery-${++made}`,
    host,
    segment: 'rack-a',
    origin: 'alarm',
    openedAtMs: 1,
    chain: 0,
    settings,
    phase: { state: 'confirming' },
    sinceMs: 1,
    fenceIntents: {},
    proofs: {},
    servers: [],
    targets: {},
    vouchedServers: {},
    ...changes
  }
}

export const ended: Phase = { state: 'recovered' }
export const partial: Phase = { state: 'partial', reason: 'one server stays' }

export function alarmFor(host: string, changes: Partial<NewSignal> = {}): NewSignal {
  return {
    source: 'aodh',
    actor: 'aodh',
    host,
    alarm: { id: `alarm-${host}`, current: 'alarm', traits: {} },
    ...changes
  }
}

export function opens(recovery: Recovery): Disposition {
  return { outcome: 'open', recovery, because: `${recovery.host} is protected` }
}

/** Claims as one does who has watched every lease for long enough. */
export async function claim(store: Store, owner: string, ttlMs: number, limit: number): Promise<Claimed[]> {
  return await store.claim(owner, ttlMs, limit, await store.leases())
}

/** Opens a recovery of `host` and claims it. */
export async function driven(store: Store, host: string, changes: Partial<Recovery> = {}): Promise<Claimed> {
  const recovery = recoveryOf(host, changes)
  await store.receive(alarmFor(host), opens(recovery))
  const claimed = (await claim(store, 'replica-1', 10_000, 100)).find(({ lease }) => lease.recovery === recovery.id)
  if (claimed === undefined) throw new Error(`${recovery.id} could not be claimed`)
  return claimed
}
