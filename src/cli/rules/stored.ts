import type { Config } from '../../config.ts'
import { segmentFacts } from '../../controller/judgement/rule-facts.ts'
import { pastMax } from '../../core/rules/past.ts'
import type { Signal } from '../../core/signal.ts'
import { openStoreForReading, type ReadStore } from '../../store/read-store.ts'
import { type Judgement, judgedOf, nameOf, unresolved } from './judge.ts'
import { type SegmentOf, segmentFinder } from './segments.ts'

/** What the rules say now of a signal that came, beside what became of it then. */
export interface Replayed {
  readonly atMs: number
  readonly then: string
  readonly judged: Judgement
}

const pageSize = 200

/** The stored alarms since, the oldest first. What Nova said of their hosts then is not stored. */
export async function replayStored(config: Config, sinceMs: number): Promise<Replayed[]> {
  const store = await openStoreForReading(config.storeUrl)
  try {
    const segmentOf = segmentFinder(config)
    const replayed: Replayed[] = []
    for (const signal of (await signalsSince(store, sinceMs)).toReversed()) {
      const { receivedAtMs: atMs, outcome: then } = signal
      replayed.push({ atMs, then, judged: await judgeAgain(config, store, segmentOf, signal) })
    }
    return replayed
  } finally {
    await store.close()
  }
}

async function signalsSince(store: ReadStore, sinceMs: number): Promise<Signal[]> {
  const found: Signal[] = []
  let cursor: string | undefined
  do {
    const page = await store.signals({ limit: pageSize, ...(cursor === undefined ? {} : { cursor }) })
    const young = page.items.filter(({ receivedAtMs }) => receivedAtMs >= sinceMs)
    // Only what rules decide on: neither a person's word nor a test of ours.
    found.push(...young.filter(({ source }) => source === 'aodh' || source === 'poll'))
    cursor = young.length < page.items.length ? undefined : page.cursor
  } while (cursor !== undefined)
  return found
}

async function judgeAgain(
  config: Config,
  store: ReadStore,
  segmentOf: SegmentOf,
  { host, alarm, source, recovery, outcome, receivedAtMs }: Signal
): Promise<Replayed['judged']> {
  if (host === undefined) return unresolved(alarm === undefined ? 'a service' : nameOf(alarm), 'nothing names its host')
  const stored = recovery === undefined ? undefined : await store.recovery(recovery)
  const known = config.segments.some(({ name }) => name === stored?.recovery.segment)
  const what = alarm === undefined ? 'Nova calls it down,' : nameOf(alarm)
  const segment = segmentOf(host, known ? stored?.recovery.segment : undefined)
  if ('mistakes' in segment)
    return { about: `${what} ${host}`, mistakes: ["which segment it belongs to can't be told without the cloud"] }
  if ('outside' in segment) return unresolved(`${what} ${host}`, segment.outside)
  const all = await store.pastOf(host, pastMax)
  const told = alarm ?? { id: '', current: 'alarm', traits: {} }
  const decision = config.rules.decide({
    ...{ source, host, alarm: told, nowMs: receivedAtMs },
    kind: segment.ok.spares.includes(host) ? 'spare' : 'host',
    segment: segmentFacts(segment.ok),
    // As it was then: what came later had not happened yet.
    past: all
      .filter(({ id, openedAtMs }) => openedAtMs < receivedAtMs && !(outcome === 'opened' && id === recovery))
      .map(one => ((one.closedAtMs ?? 0) < receivedAtMs ? one : { state: 'open', openedAtMs: one.openedAtMs })),
    ...(told.id === '' ? { definition: 'none' } : {})
  })
  return judgedOf(`${what} ${host} (${segment.ok.name})`, decision, 'what it was then is not stored')
}
