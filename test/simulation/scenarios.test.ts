import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readScenario, scenarioNames, scenariosDir } from './scenario.ts'
import { simulate } from './simulate.ts'

const only = process.env.SCENARIO
const names = scenarioNames().filter(name => only === undefined || name === only)

test.each(names)('%s', async name => {
  const scenario = readScenario(name)
  const run = await simulate(scenario)
  const log = `${run.log.join('\n')}\n`
  const file = new URL(`${name}/log.expect`, scenariosDir)
  // Shown together: whoever looks at a wrong end wants to see how it came to it.
  expect({ findings: run.findings, ends: run.ends, log }).toEqual({ findings: [], ends: scenario.expect, log })
  const done = run.world.deeds.map(deed => `${deed.kind} ${deed.on}`)
  for (const [deed, count] of Object.entries(scenario.deeds ?? {})) {
    expect(`${deed}: ${done.filter(one => one === deed).length}`).toBe(`${deed}: ${count}`)
  }
  if (process.env.UPDATE === '1') writeFileSync(file, log)
  expect(log).toBe(existsSync(file) ? readFileSync(file, 'utf8') : 'there is no log.expect: UPDATE=1 writes it')
})

test('the same scenario gives the same log', async () => {
  const scenario = readScenario('plain-recovery')
  const [first, second] = [await simulate(scenario), await simulate(scenario)]
  expect(second.log).toEqual(first.log)
})
