import type { GuardSettings, Store } from '../../../src/controller/ports/ports.ts'
import type { SegmentConfig } from '../../../src/controller/service/directory.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import type { Recorder } from '../recorder.ts'
import type { CloudLimits } from '../scenario.ts'
import type { Chronicle } from './chronicle.ts'
import type { Excuses } from './excuses.ts'
import type { LawBook } from './law-book.ts'
import type { Moved } from './moved.ts'
import type { Pauses } from './pauses.ts'
import type { Readings } from './readings.ts'
import type { Ruled } from './ruled.ts'
import type { Said } from './signals.ts'
import type { Storms } from './storms.ts'

/** What the laws look at: the truth, what was committed, and what was configured. */
export interface Case {
  readonly world: World
  readonly recorder: Recorder
  readonly store: Store
  readonly book: LawBook
  readonly excuses: Excuses
  readonly readings: Readings
  readonly chronicle: Chronicle
  readonly said: Said
  readonly ruled: Ruled
  readonly pauses: Pauses
  readonly moved: Moved
  readonly storms: Storms
  readonly segment: SegmentConfig
  readonly limits: CloudLimits
  readonly guards: GuardSettings
  readonly spares: readonly string[]
  /** The service looks for itself for what was not delivered. */
  readonly polls: boolean
  /** It reads every BMC now and then, and finds those that lie. */
  readonly rehearses: boolean
  /** When users last made, stopped, started, resized or deleted servers, ms: how they should be is their affair. */
  readonly touched: ReadonlyMap<string, number>
  /** Host → when we last took a signal that says that it failed, ms. */
  readonly told: ReadonlyMap<string, number>
  /** Ids of the signals that were taken. */
  readonly taken: readonly string[]
}
