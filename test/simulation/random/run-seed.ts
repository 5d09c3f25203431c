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

/**
 * Plays the scenario of one seed. What is thrown is a breach as well: a call that never ends, or our own mistake. `twice`:
 * it is played again, and must give the same log.
 */
export async function runSeed(seed: number, twice = false): Promise<SeedRun> {
  const scenario = generateScenario(seed)
  const { run, breaches } = await play(scenario)
  const again = twice ? (await play(scenario)).run : run
  const isSame = again?.log.join('\n') === run?.log.join('\n') && again?.calls.join() === run?.calls.join()
  const other: Breach[] = isSame ? [] : [{ law: 'same-log', seconds: 0, sentence: 'played again it went another way' }]
  return { seed, scenario, breaches: [...breaches, ...other], ...(run !== undefined && { run }) }
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
