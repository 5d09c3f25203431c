import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readScenario, scenarioNames, scenariosDir } from './scenario.ts'
import { simulate } from './simulate.ts'

const only = process.env.SCENARIO
const names = scenarioNames().filter(name => only === undefined || name === only)

/** How often each thing that the scenario counts is in `all`. */
function timesOf(counted: Readonly<Record<string, number>> = {}, all: readonly string[]): Record<string, number> {
  return Object.fromEntries(Object.keys(counted).map(key => [key, all.filter(one => one === key).length]))
}

test.each(names)('%s', async name => {
  const scenario = readScenario(name)
  const run = await simulate(scenario)
  const log = `${run.log.join('\n')}\n`
  const file = new URL(`${name}/log.expect`, scenariosDir)
  // Shown together: whoever looks at a wrong end wants to see how it came to it.
  expect({ findings: run.findings, ends: run.ends, log }).toEqual({ findings: [], ends: scenario.expect, log })
  const deeds = run.world.deeds.map(deed => `${deed.kind} ${deed.on}`)
  expect({ ...timesOf(scenario.deeds, deeds), log }).toEqual({ ...scenario.deeds, log })
  expect({ ...timesOf(scenario.notices, run.notices), log }).toEqual({ ...scenario.notices, log })
  if (process.env.UPDATE === '1') writeFileSync(file, log)
  expect(log).toBe(existsSync(file) ? readFileSync(file, 'utf8') : 'there is no log.expect: UPDATE=1 writes it')
})

test('the same scenario gives the same log', async () => {
  const scenario = readScenario('plain-recovery')
  const [first, second] = [await simulate(scenario), await simulate(scenario)]
  expect(second.log).toEqual(first.log)
})
