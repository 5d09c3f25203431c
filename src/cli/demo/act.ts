import type { WorldSpec } from '../../emulator/model/spec.ts'
import type { GuestCount } from './seen/guest-watch.ts'
import type { Scene } from './seen/scene.ts'
import type { Watch } from './seen/watch.ts'
import type { Stage } from './stage/stage.ts'

/** Something to be played on a stage of its own. */
export interface Act {
  readonly spec: WorldSpec
  readonly spares: readonly string[]
  /** Of the service's configuration, as schemas/config.json has them. */
  readonly segment: Readonly<Record<string, unknown>>
  readonly limits: Readonly<Record<string, unknown>>
  readonly guards?: Readonly<Record<string, unknown>>
  /** `rules` and `servers`. */
  readonly rules?: Readonly<Record<string, unknown>>
  /** Resolves when there is nothing more to see. */
  play(stage: Stage, watch: Watch): Promise<void>
  /** What ended otherwise than it should, a sentence each. */
  complaints(scene: Scene, guests: GuestCount): readonly string[]
}
