import { messageOf } from '../../../src/errors.ts'
import type { Breach } from '../laws/law-book.ts'
import type { Scenario } from '../scenario.ts'
import type { Run } from '../simulate.ts'
import { simulate } from '../simulate.ts'
import { generateScenario } from './generate-scenario.ts'

export interface SeedRun {
  readonly seed: number
  readonly scenario: Scenario
  readonly breaches: readonly Breach[]
  /** Absent when the simulation itself was thrown out. */
  readonly run?: Run
}

/** Plays the scenario of one seed. What is thrown is a breach as well: a call that never ends, or our own mistake. */
export async function runSeed(seed: number): Promise<SeedRun> {
  const scenario = generateScenario(seed)
  return { seed, scenario, ...(await play(scenario)) }
}

/** What nobody caught: in production it ends the process. */
const uncaught: string[] = []
process.on('unhandledRejection', error => void uncaught.push(messageOf(error)))

export async function play(scenario: Scenario): Promise<Pick<SeedRun, 'breaches' | 'run'>> {
  try {
    const run = await simulate(scenario)
    const breaches = uncaught.splice(0).map((sentence): Breach => ({ law: 'no-mistake', seconds: 0, sentence }))
    return { run, breaches: [...run.breaches, ...breaches] }
  } catch (error) {
    return { breaches: [{ law: 'ends-or-held', seconds: 0, sentence: messageOf(error) }] }
  }
}
