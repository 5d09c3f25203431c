import { isDeepStrictEqual } from 'node:util'
import type { NewSignal, Received } from '../../../src/controller/ports/ports.ts'
import type { Recovery } from '../../../src/core/recovery.ts'
import { hasEnded } from '../../../src/core/recovery.ts'
import type { Settings } from '../../../src/core/segment.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import type { Recorder } from '../recorder.ts'
import type { RulesFile } from '../rules-file.ts'
import type { Said } from './business-rules.ts'
import { saidOf } from './business-rules.ts'
import type { Chronicle } from './chronicle.ts'
import type { LawBook } from './law-book.ts'

/** What the business rules said, by the truth. */
export interface Ruled {
  /** The operator's file was loaded anew. */
  loaded(file: RulesFile): void
  /** When a rule last set a call for this host aside, ms: nobody need care for it since. */
  setAsideMs(host: string): number | undefined
}

export interface RuledWorld {
  readonly world: World
  readonly recorder: Recorder
  readonly book: LawBook
  readonly chronicle: Chronicle
  readonly settings: Settings
  readonly spares: readonly string[]
}

const minuteMs = 60_000
/** A look-up lies between the question and its answer. */
const lookMs = 40_000

/** What each signal came to is what the rules say of it, and what they set is frozen into what it opens. */
export function watchRules(at: RuledWorld, first: RulesFile): Ruled {
  const { world, recorder, book } = at
  const files: { readonly atMs: number; readonly file: RulesFile }[] = [{ atMs: 0, file: first }]
  const told = new Map<string, NewSignal>()
  const setAside = new Map<string, number>()
  const opening = new Map<string, readonly Said[]>()
  const past = watchPast(recorder, world)
  watchFrozen(recorder, book)

  /** What they may have said: a rule was asked between its last change that everybody must have seen and now. */
  function said(signal: NewSignal, opened: string | undefined): Said[] {
    const nowMs = world.clock.now()
    const changes = [...files.map(({ atMs }) => atMs), ...past.changesMs(signal.host), ...minutesUntil(nowMs)]
    const moments = changes.filter(ms => !at.chronicle.isOld(ms, lookMs)).flatMap(ms => [ms - 1, ms])
    return [...moments, nowMs].map(atMs =>
      saidOf({
        ...{ signal, atMs, past: past.at(signal.host, atMs, opened) },
        isSpare: at.spares.includes(signal.host ?? ''),
        file: files.findLast(one => one.atMs <= atMs)?.file ?? first
      })
    )
  }

  recorder.onChange(recovery => {
    const words = opening.get(recovery.id)
    if (words !== undefined) checkOpened(at, recovery, words)
    opening.delete(recovery.id)
  })
  recorder.listen({
    signal(answer, signal, _, host) {
      // The same signal again is answered as before, whatever the rules say by now.
      if (signal !== undefined && told.has(answer.signal)) return
      if (signal !== undefined) told.set(answer.signal, signal)
      const as = told.get(answer.signal)
      if (as === undefined || host === undefined) return
      const one = { ...as, host }
      if (!['aodh', 'poll'].includes(one.source)) return
      const words = said(one, answer.recovery)
      const objection = objectionTo(at, one, answer, words)
      if (objection !== undefined) book.breach('rules', objection)
      if (answer.outcome === 'opened' && answer.recovery !== undefined) opening.set(answer.recovery, words)
      const isCall = (one.alarm?.current ?? 'alarm') === 'alarm'
      if (isCall && ['noted', 'ignored'].includes(answer.outcome) && words.some(({ then }) => then !== 'recover'))
        setAside.set(one.host, world.clock.now())
    }
  })
  return {
    loaded: file => void files.push({ atMs: world.clock.now(), file }),
    setAsideMs: host => setAside.get(host)
  }
}

/** Calendars open and close at full minutes. */
function minutesUntil(nowMs: number): number[] {
  const last = nowMs - (nowMs % minuteMs)
  return Array.from({ length: 10 }, (_, index) => last - index * minuteMs)
}

function objectionTo(
  { recorder }: RuledWorld,
  { host = '', alarm }: NewSignal,
  answer: Received,
  words: Said[]
): string | undefined {
  const may = (then: Said['then']): boolean => words.some(word => word.then === then)
  const says = words.at(-1)?.then
  switch (answer.outcome) {
    case 'opened':
      return may('recover') ? undefined : `a signal of ${host} opened a recovery, and its rule says ${says}`
    case 'joined':
      // One that is ok again begins nothing: it is written down with what it may end.
      return may('recover') || (alarm?.current === 'ok' && may('note'))
        ? undefined
        : `a signal of ${host} joined a recovery, and its rule says ${says}`
    case 'ignored':
      return may('ignore') ? undefined : `a signal of ${host} is ignored, and its rule says ${says}`
    case 'noted':
      // Rule 1: one that was isolated by us is looked at first, and may have returned by now.
      return may('note') ||
        [...recorder.recoveries.values()].some(one => one.host === host && one.isolation !== undefined)
        ? undefined
        : `a signal of ${host} is noted, and its rule says ${says}`
    default:
      return undefined
  }
}

/** It has the segment's settings with those of the rule in their place. */
function checkOpened({ book, settings }: RuledWorld, recovery: Recovery, words: readonly Said[]): void {
  const fits = words.some(
    ({ then, overrides: { method, confirm, evacuate, approval } }) =>
      then === 'recover' &&
      recovery.decision?.overrides?.approval === approval &&
      isDeepStrictEqual(recovery.settings, {
        ...settings,
        ...(method !== undefined && { method }),
        confirm: { ...settings.confirm, ...confirm },
        evacuate: { ...settings.evacuate, ...evacuate }
      })
  )
  if (!fits) book.breach('rules', `the recovery of ${recovery.host} was not opened with what its rule sets`)
}

/** Rule 19. */
function watchFrozen(recorder: Recorder, book: LawBook): void {
  const frozen = new Map<string, { settings: Settings; decision: Recovery['decision'] | undefined }>()
  recorder.onChange(({ id, host, settings, decision, targets }) => {
    const before = frozen.get(id)
    frozen.set(id, before ?? { settings, decision })
    if (before !== undefined && !isDeepStrictEqual(before, { settings, decision }))
      book.breach('rules', `what was frozen into the recovery of ${host} has changed`)
    const isWrong = Object.values(targets).some(({ isSpare }) =>
      isSpare ? settings.method === 'auto' : settings.method === 'reserved_host'
    )
    if (isWrong) book.breach('rules', `a target of ${host} is none that the method ${settings.method} takes`)
  })
}

interface Past {
  /** The host's recoveries as they were then, without the one that is being opened. */
  at(host: string | undefined, atMs: number, without: string | undefined): Pick<Recovery['phase'], 'state'>[]
  changesMs(host: string | undefined): number[]
}

function watchPast(recorder: Recorder, world: World): Past {
  const all = new Map<
    string,
    { host: string; openedAtMs: number; ends: { atMs: number; state: Recovery['phase']['state'] }[] }
  >()
  recorder.onChange(recovery => {
    const nowMs = world.clock.now()
    const one = all.get(recovery.id) ?? { host: recovery.host, openedAtMs: nowMs, ends: [] }
    all.set(recovery.id, one)
    if (hasEnded(recovery)) one.ends.push({ atMs: nowMs, state: recovery.phase.state })
  })
  const of = (host: string | undefined) => [...all].filter(([, one]) => one.host === host)
  return {
    at: (host, atMs, without) =>
      of(host).flatMap(([id, { openedAtMs, ends }]) => {
        if (openedAtMs > atMs || (id === without && openedAtMs === world.clock.now())) return []
        return [{ state: ends.findLast(end => end.atMs <= atMs)?.state ?? 'confirming' }]
      }),
    changesMs: host => of(host).flatMap(([, { openedAtMs, ends }]) => [openedAtMs, ...ends.map(({ atMs }) => atMs)])
  }
}
