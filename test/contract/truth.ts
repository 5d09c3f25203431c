import type { ContractCase } from './contract-case.ts'
import type { Observation } from './observation.ts'
import { play } from './play.ts'
import type { Recorded } from './record.ts'
import { createLabWorld } from './worlds/lab-world.ts'

/** What the emulator is held against: a real OpenStack, there and then or as it was recorded. */
export interface Truth {
  /** Zed, Epoxy … */
  readonly release: string
  readonly microversion: string
  /** undefined: nothing is known of this case. */
  observe(one: ContractCase): Promise<readonly Observation[] | undefined>
  close(): Promise<void>
}

export function recordedTruth({ release, microversion, observations }: Recorded): Truth {
  return {
    release,
    microversion,
    observe: async ({ name }) => observations[name],
    close: async () => undefined
  }
}

/** `command`: the driver of a cloud that is up. */
export async function livingTruth(command: string): Promise<Truth> {
  const world = await createLabWorld(command)
  return {
    release: world.title,
    microversion: world.microversion,
    observe: one => play(world, one),
    close: () => world.lab.reset()
  }
}
