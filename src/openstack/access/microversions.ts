import { CloudError } from '../../errors.ts'
import { singleFlight } from './single-flight.ts'

export interface VersionRange {
  readonly min: string
  readonly max: string
}

export interface Microversions {
  /** The pinned version, brought into the range that the service offers. Throws CloudError `unsupported` below the floor. */
  clamp(pin: string, signal?: AbortSignal): Promise<string>
  range(signal?: AbortSignal): Promise<VersionRange>
  /** Asks anew next time, after a 406: the service was up- or downgraded. */
  forget(): void
}

/** Microversions of one service; `read` asks the service once, and its answer is kept. */
export function createMicroversions(service: string, floor: string, read: () => Promise<VersionRange>): Microversions {
  let known: VersionRange | undefined
  const learn = singleFlight(async () => {
    const range = await read()
    if (compare(range.max, floor) < 0) {
      const message = `${service} is too old: its newest microversion is ${range.max}, ${floor} is needed`
      throw new CloudError('unsupported', message)
    }
    known = range
    return range
  })
  const rangeOf = (signal?: AbortSignal) => (known === undefined ? learn(signal) : Promise.resolve(known))
  return {
    async clamp(pin, signal) {
      const { min, max } = await rangeOf(signal)
      if (compare(pin, max) > 0) return max
      return compare(pin, min) < 0 ? min : pin
    },
    range: rangeOf,
    forget: () => {
      known = undefined
    }
  }
}

/** Microversions are numbers with a dot between, not decimals: 2.9 is older than 2.10. */
function compare(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA - majorB || minorA - minorB
}
