import { expect, test } from '@jest/globals'
import type { Scenario } from './scenario.ts'
import { simulate } from './simulate.ts'

/** A host that is only cut off: its guests run on, and nothing but its power switch ends them. */
const cutOffHost: Scenario = {
  world: { hosts: { 'compute-01': { servers: 2 }, 'compute-02': {}, 'spare-1': { spare: true } } },
  events: [
    { at: 5, do: 'cutOff', host: 'compute-01' },
    { at: 10, do: 'alarm', host: 'compute-01' }
  ],
  expect: {}
}

test('the oracle sees what happens when fencing is waived and the host still runs', async () => {
  const run = await simulate({ ...cutOffHost, segment: { fencing: ['none'] } })
  expect(run.world.findings.join('\n')).toContain('vm-01-1 runs on compute-01 and spare-1')
})

test('the oracle sees what happens when a BMC lies', async () => {
  const { hosts } = cutOffHost.world
  const lying = { ...hosts, 'compute-01': { servers: 2, bmc: { mode: 'lies' as const } } }
  const run = await simulate({ ...cutOffHost, world: { hosts: lying } })
  expect(run.world.findings.join('\n')).toContain('vm-01-1 runs on compute-01 and spare-1')
})

test('the same host is recovered without a finding when its BMC is honest', async () => {
  const run = await simulate(cutOffHost)
  expect({ findings: run.findings, ends: run.ends }).toEqual({ findings: [], ends: { 'compute-01': 'recovered' } })
})
