import type { World } from '../../../src/emulator/model/world.ts'
import type { Fault } from '../faults.ts'

/** What happened when, so that a law can tell what must have been seen from what nobody could see yet. */
export interface Chronicle {
  note(what: string, whom: string): void
  /** When it last happened, ms; undefined when it never did. */
  last(what: string, whom: string): number | undefined
  /** A fault struck: what was seen before it is older than it seems. */
  struck(fault: Fault): void
  /** A process stands still for so long. */
  stands(ms: number): void
  /** So long ago that every decision since rests on a look that saw it. */
  isOld(sinceMs: number, lookMs?: number): boolean
  /** A call or a process stands still. */
  isWaiting(): boolean
}

/** From a look to the deed that rests on it: a few calls, a pause between two tries, the next round. */
const looksMs = 20_000
/** Calls one after the other between a look and its deed. */
const callsBetween = 12
const waits = ['hang', 'slow', 'late', 'crashLate', 'pauseBefore', 'pauseAfter']

export function createChronicle(world: Pick<World, 'clock' | 'timing'>): Chronicle {
  const times = new Map<string, number>()
  const delays: { readonly untilMs: number; readonly ms: number }[] = []
  const nowMs = (): number => world.clock.now()
  const stands = (ms: number): void => void delays.push({ untilMs: nowMs() + ms, ms })
  return {
    note: (what, whom) => void times.set(`${what} ${whom}`, nowMs()),
    last: (what, whom) => times.get(`${what} ${whom}`),
    struck(fault) {
      if (waits.includes(fault.do)) stands(fault.ms ?? 60_000)
    },
    stands,
    isOld(sinceMs, lookMs = looksMs) {
      const delay = delays.reduce((sum, { untilMs, ms }) => sum + (untilMs >= sinceMs ? ms : 0), 0)
      return nowMs() - sinceMs > lookMs + callsBetween * world.timing.latencyMs + delay
    },
    isWaiting: () => delays.some(({ untilMs }) => untilMs >= nowMs())
  }
}
