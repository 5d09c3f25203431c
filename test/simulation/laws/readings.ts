import type { Fencing } from '../../../src/controller/ports.ts'
import type { Proof } from '../../../src/core/recovery.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'

/** What a BMC said, and what was true. */
export interface Reading {
  readonly power: string
  readonly atMs: number
  readonly isOn: boolean
}

/** Host → what its BMC said, in order. */
export type Readings = Map<string, Reading[]>

/** Writes down every reading of a BMC beside the truth of that moment. */
export function watchReadings(fencing: Fencing, world: World, readings: Readings): Fencing {
  return {
    ...fencing,
    async read(agent, host, signal) {
      const { power, atMs, ...more } = await fencing.read(agent, host, signal)
      const { powered, kernel } = hostOf(world, host)
      readings.set(host, [...(readings.get(host) ?? []), { power, atMs, isOn: powered && kernel === 'running' }])
      return { power, atMs, ...more }
    }
  }
}

const gapMinMs = 2000

/** Two readings of off that the BMC really gave, far enough apart, and no other word in between; else why not. */
export function objectionToFence(proof: Proof & { kind: 'fenced' }, said: readonly Reading[]): string | undefined {
  const [first, last] = [proof.readings.at(-2), proof.readings.at(-1)]
  if (first === undefined || last === undefined) return 'it rests on fewer than two readings'
  if (last.identity !== first.identity) return 'its readings are of two machines'
  if (last.atMs - first.atMs < gapMinMs) return `its readings are ${last.atMs - first.atMs} ms apart`
  const between = said.filter(reading => reading.atMs >= first.atMs && reading.atMs <= last.atMs)
  if (![first, last].every(reading => between.some(one => one.atMs === reading.atMs)))
    return 'it rests on a reading that no BMC gave'
  return between.every(reading => reading.power === 'off') ? undefined : 'the BMC said otherwise in between'
}

/** The BMC said off of a machine that was on. */
export function wasLied(proof: Proof & { kind: 'fenced' }, said: readonly Reading[]): boolean {
  return proof.readings.some(reading => said.some(one => one.atMs === reading.atMs && one.isOn))
}
