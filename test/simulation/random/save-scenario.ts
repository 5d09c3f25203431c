import { mkdirSync, writeFileSync } from 'node:fs'
import type { Breach } from '../laws/law-book.ts'
import type { Scenario } from '../scenario.ts'
import { scenariosDir } from '../scenario.ts'
import { play } from './run-seed.ts'

/** Writes a scenario that broke a law as a folder: what is left to do is to say the bug, and how it should have ended. */
export async function saveScenario(seed: number, breach: Breach, scenario: Scenario): Promise<string> {
  const name = `seed-${seed}-${breach.law}`
  const folder = new URL(`${name}/`, scenariosDir)
  const { run } = await play(scenario)
  const readme = `# ${breach.sentence.split('\n')[0]}\n\nSeed ${seed} broke the law \`${breach.law}\` at ${breach.seconds} s.\n`
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('README.md', folder), readme)
  writeFileSync(
    new URL('scenario.json', folder),
    `${JSON.stringify({ ...scenario, expect: run?.ends ?? {} }, null, 2)}\n`
  )
  writeFileSync(new URL('log.expect', folder), `${(run?.log ?? []).join('\n')}\n`)
  return name
}
