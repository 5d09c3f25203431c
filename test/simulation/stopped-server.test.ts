import { expect, test } from '@jest/globals'
import type { Fault } from './faults.ts'
import type { Scenario } from './scenario.ts'
import { simulate } from './simulate.ts'

/**
 * A stopped server whose first attempt fails is in error for the second one, and Nova starts what was in error: only our
 * own record says that it has to be stopped again. A crash between the end of the move and the stop must not lose that.
 */
const scenario: Scenario = {
  world: {
    hosts: {
      'compute-01': { servers: [{ name: 'vm-a', vmState: 'stopped' }] },
      'compute-02': {},
      'spare-1': { spare: true, habits: { failSpawn: 1 } }
    }
  },
  events: [
    { at: 5, do: 'panic', host: 'compute-01' },
    { at: 10, do: 'alarm', host: 'compute-01' }
  ],
  untilSeconds: 400,
  expect: {}
}

const plain = await simulate(scenario)
const firstMove = plain.calls.indexOf('cloud.evacuate')

/** The calls from the first move on that tell what became of the server, or write it down. */
const calls = plain.calls.flatMap((name, index): [number, string][] =>
  index >= firstMove && ['cloud.server', 'cloud.stop', 'cloud.evacuate'].includes(name) ? [[index + 1, name]] : []
)

test('a stopped server that was in error in between is stopped again', () => {
  expect({ findings: plain.findings, ends: plain.ends }).toEqual({ findings: [], ends: { 'compute-01': 'recovered' } })
  expect(plain.world.deeds.filter(deed => deed.kind === 'stop')).toHaveLength(1)
})

test.each(calls)('a crash at call %i (%s) does not leave a stopped server running', async nth => {
  for (const kind of ['crashBefore', 'crashAfter'] as const) {
    const fault: Fault = { on: '*', nth, do: kind }
    const { findings, ends, world, log } = await simulate(scenario, [fault])
    const server = world.servers.get('vm-a')
    expect({ kind, findings, ends, vmState: server?.vmState, log }).toEqual({
      kind,
      findings: [],
      ends: { 'compute-01': 'recovered' },
      vmState: 'stopped',
      log
    })
  }
})
