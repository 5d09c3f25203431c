import type { World } from '../../../src/emulator/model/world.ts'

/** What must never be, and what must be so at the end; README.md has a sentence for each. */
export type Law =
  | 'runs-once'
  | 'proof-first'
  | 'true-proof'
  | 'one-holder'
  | 'one-evacuation'
  | 'verdict-first'
  | 'living-host'
  | 'stays-on'
  | 'storm'
  | 'approved'
  | 'guarded'
  | 'armed'
  | 'cancelled'
  | 'dismissed'
  | 'right-signal'
  | 'rules'
  | 'whole-list'
  | 'true-word'
  | 'target-first'
  | 'allowed-loss'
  | 'policy'
  | 'limits'
  | 'spares'
  | 'alarms'
  | 'one-driver'
  | 'partial'
  | 'old-word'
  | 'intent-first'
  | 'own-things-only'
  | 'nothing-lost'
  | 'ends-or-held'
  | 'goes-on'
  | 'moved'
  | 'way-out'
  | 'restored'
  | 'timeline'
  | 'no-mistake'
  | 'same-log'

export interface Breach {
  readonly law: Law
  /** Since the start, by the virtual clock. */
  readonly seconds: number
  readonly sentence: string
}

export interface LawBook {
  readonly breaches: readonly Breach[]
  /** Writes a breach down with its time; the same sentence only once. */
  breach(law: Law, sentence: string): void
}

export function createLawBook(world: Pick<World, 'clock'>): LawBook {
  const breaches: Breach[] = []
  return {
    breaches,
    breach(law, sentence) {
      if (breaches.some(known => known.law === law && known.sentence === sentence)) return
      breaches.push({ law, seconds: world.clock.seconds(), sentence })
    }
  }
}
