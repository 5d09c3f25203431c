import type { PowerReading } from './recovery.ts'

/**
 * True when the readings, in the order in which they were taken, end in a proof that the machine is off: `off` from the
 * same BMC and machine at least `minGapMs` apart, and nothing else since. Any other reading, another machine, another
 * BMC or a clock that was set back begins anew; so what came before an `on` counts for nothing.
 */
export function proves(readings: readonly PowerReading[], { minGapMs }: { readonly minGapMs: number }): boolean {
  let first: PowerReading | undefined
  let last: PowerReading | undefined
  for (const reading of readings) {
    const goesOn = last !== undefined && isSame(last, reading) && reading.atMs >= last.atMs
    if (reading.power !== 'off') first = undefined
    else if (first === undefined || !goesOn) first = reading
    last = reading
  }
  return first !== undefined && last !== undefined && first !== last && last.atMs - first.atMs >= minGapMs
}

function isSame(one: PowerReading, other: PowerReading): boolean {
  return one.agent === other.agent && one.identity === other.identity
}
