import type { ContractCase } from './contract-case.ts'
import type { Observation } from './observation.ts'
import { createStage, type Stage } from './steps/stage.ts'
import type { World } from './worlds/world.ts'

/** Plays one case on a clean cloud. One that cannot be played to its end says so in its last step. */
export async function play(world: World, { play: story }: ContractCase): Promise<readonly Observation[]> {
  const { stage, seen } = createStage(world)
  try {
    await world.run(resetAnd(stage, story))
    return seen
  } catch (error) {
    return [...seen, { step: 'could not be played on', because: String(error) }]
  }
}

async function resetAnd(stage: Stage, story: ContractCase['play']): Promise<void> {
  await stage.lab.reset()
  await story(stage)
}
