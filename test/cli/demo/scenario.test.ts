import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { readScenario, segmentOf } from '../../../src/cli/demo/scenario/read-scenario.ts'
import { scenarioAct } from '../../../src/cli/demo/scenario/scenario-act.ts'
import { configText } from '../../../src/cli/demo/stage/demo-config.ts'
import { parseConfig } from '../../../src/config.ts'
import { segmentOf as simulatedSegmentOf } from '../../simulation/scenario.ts'
import { recovery, scene } from './scenes.ts'

const folder = join(import.meta.dirname, '../../simulation/scenarios')
const guests = { runningOnce: 0, stopped: 0, wrong: [] }
const machine = (host: string) => ({
  ...{ host, url: 'http://127.0.0.1:1', user: 'admin', password: 'of-a-bmc', uuid: `uuid-of-${host}` },
  ssh: `${host}.example:2`
})
const tokens = { alarms: 'a-secret-for-alarms', operator: 'a-secret-for-people' }

/** What has other ways to power than a BMC, or a configuration that changes, is for the simulation alone. */
const isForDemo = (name: string) => {
  const { segment = {}, events } = JSON.parse(readFileSync(join(folder, name, 'scenario.json'), 'utf8')) as {
    segment?: object
    events: readonly { do: string }[]
  }
  return !(/ipmi|feed|ironic/.test(JSON.stringify(segment)) || events.some(event => event.do === 'reload'))
}

test.each(readdirSync(folder).filter(isForDemo))('the service is configured for %s as the simulation is', name => {
  const scenario = readScenario(join(folder, name))
  const { limits, guards = {}, rules = {} } = scenarioAct(join(folder, name))
  const machines = Object.keys(scenario.world.hosts).map(machine)
  const heartbeats = 'http://127.0.0.1:3/storage/heartbeats'
  const text = configText({
    ...{ port: 0, store: 'x.db', tokens, machines, heartbeats },
    segment: segmentOf(scenario),
    ...{ limits, guards, rules }
  })
  const {
    segments: [segment],
    guards: guarded,
    limits: cloudLimits
  } = parseConfig('demo', text, {})
  expect(guarded).toMatchObject(scenario.guards ?? {})
  expect(cloudLimits).toMatchObject(scenario.limits ?? {})
  // It is armed over the API, and each host has an address of its own.
  const { armed: _armed, ...simulated } = simulatedSegmentOf(scenario as never)
  const alive = simulated.alive.map(source => ({
    ...source,
    hosts: expect.anything(),
    timeoutMs: expect.any(Number),
    // The demo has a program of its own that looks for the heartbeat.
    ...(source.kind === 'exec' && { command: expect.anything() })
  }))
  expect(segment).toEqual({ ...simulated, alive })
})

test('a configuration that is loaded anew is refused', () => {
  expect(() => readScenario(join(folder, 'rules-are-loaded-anew'))).toThrow(/its configuration is loaded anew/)
})

test('a ladder with other ways to power than a BMC is refused', () => {
  expect(() => readScenario(join(folder, 'redundant-feeds'))).toThrow(
    /its ladder needs feed-a, feed-b; a demo has BMCs alone/
  )
})

test('a folder without a scenario is named', () => {
  expect(() => readScenario('/no/such/folder')).toThrow(/^--scenario:\n {2}\/no\/such\/folder\/scenario\.json: ENOENT/)
})

test('an end that the scenario does not expect is a complaint', () => {
  const act = scenarioAct(join(folder, 'two-hosts-two-spares'))
  const ended = (host: string, state: 'recovered' | 'partial') => recovery({ id: host, host, state })
  const well = [ended('compute-01', 'recovered'), ended('compute-02', 'recovered')]
  expect(act.complaints(scene(90, { recoveries: well }), guests)).toEqual([])
  expect(act.complaints(scene(90, { recoveries: [ended('compute-01', 'partial')] }), guests)).toEqual([
    'compute-01 should be recovered, and is partial',
    'compute-02 should be recovered, and is not noticed'
  ])
})

test('when a part was left out, nothing is expected of the end', () => {
  const act = scenarioAct(join(folder, 'nova-is-away'))
  expect(act.complaints(scene(90), guests)).toEqual([])
})
