import type { Clock } from '../../../clock.ts'
import type { World } from '../../../emulator/model/world.ts'
import type { RecoveryView } from '../../../schemas/recovery.d.ts'
import type { Api } from '../stage/api.ts'
import { lookAtWorld } from './look-at-world.ts'
import type { Scene, Told } from './scene.ts'

/** Keeps what there is to show: it asks the service over its API, and looks at the emulator's truth. */
export interface Watch {
  scene(): Scene
  /** A sentence for the story. */
  tell(text: string): void
  /** Asks the service now, and tells whoever listens. */
  look(): Promise<Scene>
  /** Looks until `found` answers something. Throws what `stop` was aborted with. */
  until<T>(found: (scene: Scene) => T | undefined | Promise<T | undefined>): Promise<T>
  /** Goes on looking for so long. Throws as `until` does. */
  pause(ms: number): Promise<void>
}

export interface Watched {
  readonly clock: Clock
  readonly api: Pick<Api, 'recoveries' | 'recovery'>
  readonly world: Pick<World, 'hosts' | 'servers'>
  readonly spares: readonly string[]
  readonly show: (scene: Scene) => void
  readonly stop: AbortSignal
}

const lookEveryMs = 200

export function createWatch({ clock, api, world, spares, show, stop }: Watched): Watch {
  const startedAtMs = clock.now()
  const recoveries = new Map<string, RecoveryView>()
  const story: Told[] = []
  const scene = (): Scene => {
    const seen = [...recoveries.values()]
    return {
      nowMs: clock.now(),
      startedAtMs,
      story: [...story],
      hosts: lookAtWorld(world, spares, seen),
      recoveries: seen
    }
  }
  const look = async () => {
    for (const { id, version } of (await api.recoveries()).toReversed()) {
      const known = recoveries.get(id)
      // What has ended does not change any more.
      if (known?.closedAtMs !== undefined && known.version === version) continue
      recoveries.set(id, await api.recovery(id))
    }
    const seen = scene()
    show(seen)
    return seen
  }
  const until: Watch['until'] = async found => {
    for (;;) {
      stop.throwIfAborted()
      const beganMs = clock.now()
      const result = await found(await look())
      if (result !== undefined) return result
      // With many servers a look is work; it must not take the service's time.
      await clock.sleep(Math.max(lookEveryMs, 3 * (clock.now() - beganMs)), stop)
    }
  }
  return {
    scene,
    look,
    until,
    tell(text) {
      story.push({ atMs: clock.now(), text })
      show(scene())
    },
    async pause(ms) {
      const untilMs = clock.now() + ms
      await until(() => (clock.now() < untilMs ? undefined : true))
    }
  }
}
