import type { Cloud, NewSignal, Received } from '../../../src/controller/ports/ports.ts'
import type { Recovery } from '../../../src/core/recovery.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Recorder } from '../recorder.ts'
import type { LawBook } from './law-book.ts'

/** What was said of each host, as it was told to us: these laws do not believe the store. */
export interface Said {
  /** Every alarm that concerns the recovery went back to ok, and no person asked for it. */
  takenBack(recovery: Recovery): boolean
  /** A signal that belongs to the recovery and came after Nova's hosts were last looked at. */
  unseen(recovery: Recovery): string | undefined
  /** The cloud, with its looks at the hosts written down. */
  watched(cloud: Cloud): Cloud
}

interface Told {
  readonly signal: NewSignal
  readonly atMs: number
  recovery: string | undefined
}

export function watchSignals(world: World, recorder: Recorder, book: LawBook): Said {
  const told = new Map<string, Told>()
  const keys = new Map<string, string>()
  const endedAtMs = new Map<string, number>()
  let lookedAtMs = 0
  recorder.onChange(recovery => {
    if (['recovered', 'partial', 'dismissed', 'cancelled'].includes(recovery.phase.state))
      endedAtMs.set(recovery.id, world.clock.now())
  })
  recorder.listen({
    signal(answer, signal, sinceMs) {
      const key = signal?.dedupeKey ?? ''
      const before = signal === undefined ? undefined : keys.get(key)
      if (before !== undefined && before !== answer.signal)
        book.breach('nothing-lost', `the signal "${key}" was taken twice, as two`)
      // The same signal again is answered as before, whatever has become of its recovery since.
      if (before === answer.signal) return
      if (signal !== undefined) {
        keys.set(key, answer.signal)
        told.set(answer.signal, { signal, atMs: world.clock.now(), recovery: answer.recovery })
      }
      const one = told.get(answer.signal)
      if (one === undefined) return
      one.recovery = answer.recovery
      const ended = endedAtMs.get(answer.recovery ?? '')
      if (answer.outcome === 'joined' && ended !== undefined && ended < sinceMs)
        book.breach('nothing-lost', `a signal of ${one.signal.host} joined a recovery that had ended`)
      if (answer.outcome === 'opened') checkOpening(world, recorder, book, one.signal, answer)
    }
  })
  const of = (recovery: Recovery): Told[] => [...told.values()].filter(one => one.recovery === recovery.id)
  return {
    takenBack: recovery => of(recovery).every(one => isTakenBack(one, [...told.values()])),
    unseen: recovery => of(recovery).find(one => isCall(one.signal) && one.atMs > lookedAtMs)?.signal.source,
    watched: cloud => ({
      ...cloud,
      async hosts(signal) {
        const reading = await cloud.hosts(signal)
        lookedAtMs = Math.max(lookedAtMs, reading.atMs)
        return reading
      }
    })
  }
}

/** It asks for a recovery. */
function isCall({ source, alarm }: NewSignal): boolean {
  return source !== 'aodh' || alarm?.current === 'alarm'
}

function isTakenBack({ signal, atMs }: Told, all: readonly Told[]): boolean {
  if (!isCall(signal)) return true
  if (signal.source !== 'aodh') return false
  return all.some(
    later => later.signal.alarm?.id === signal.alarm?.id && later.signal.alarm?.current === 'ok' && later.atMs >= atMs
  )
}

/** Rule 1, and what Aodh's states mean. */
function checkOpening(world: World, recorder: Recorder, book: LawBook, signal: NewSignal, answer: Received): void {
  if (signal.source !== 'aodh') return
  const { host, alarm } = signal
  if (alarm?.current === 'ok') book.breach('right-signal', `ok of ${host} opened a recovery`)
  const isIsolated = [...recorder.recoveries.values()].some(
    one => one.host === host && one.id !== answer.recovery && one.isolation !== undefined
  )
  if (host !== undefined && isIsolated && hostOf(world, host).forcedDown)
    book.breach('right-signal', `an alarm of ${host}, which we isolated and which has not returned, opened a recovery`)
}
