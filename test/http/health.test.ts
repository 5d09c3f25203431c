import { expect, test } from '@jest/globals'
import { CloudError, StoreUnavailable } from '../../src/errors.ts'
import { segment } from './samples.ts'
import { expectProblem, expectToMatch, testApp, victor } from './support.ts'

const failing = async () => {
  throw new StoreUnavailable('disk I/O error')
}
const health = { url: '/health', headers: victor }

test('health tells the store, the cloud, the duties, what is held for how long, and what is left', async () => {
  const answer = await testApp().app.inject(health)
  expect(answer.statusCode).toBe(200)
  expectToMatch('health', answer.json())
  expect(answer.json()).toMatchObject({
    status: 'ok',
    mode: 'armed',
    store: { ok: true },
    dependencies: [
      { name: 'nova', ok: true },
      { name: 'keystone', ok: true }
    ],
    duties: [{ duty: 'poll', owner: 'replica-1' }],
    recoveries: { held: 1, recovered: 4 },
    held: [{ recovery: 'r-1', code: 'proof', releasedBy: 'person', ageSeconds: 30 }],
    segments: [{ name: 'rack-a', armed: true, hosts: 1, spares: 3, sparesReady: 1, spareLeft: true }]
  })
})

test('health names the hosts without an alarm, and tells when those of the others were last heard', async () => {
  const [host] = segment.hosts
  const hosts = [
    { ...host!, name: 'heard', alarms: 1, alarmHeardAtMs: 1000 },
    { ...host!, name: 'silent', alarms: 2 },
    { ...host!, name: 'bare', alarms: 0 }
  ]
  const { app } = testApp({ service: { segments: async () => [{ ...segment, hosts }] } })
  const answer = await app.inject(health)
  expectToMatch('health', answer.json())
  expect(answer.json().segments).toMatchObject([{ alarms: { without: ['bare'], heardAtMs: { heard: 1000 } } }])
  const figures = (await app.inject({ url: '/metrics', headers: victor })).body
  expect(figures).toContain('switchover_hosts_without_alarm{segment="rack-a"} 1')
  const list = await app.inject({ url: '/v1/segments', headers: victor })
  expectToMatch('segment', list.json().items[0])
})

test('health is degraded while a host could not be fenced, and names it and the agent', async () => {
  const rehearsed = [
    { host: 'compute-01', agent: 'bmc', atMs: 2000, error: 'compute-01: its BMC refuses the password' },
    { host: 'compute-01', agent: 'pdu', atMs: 1000 },
    { host: 'spare-1', agent: 'bmc', atMs: 3000 }
  ]
  const { app } = testApp({ service: { segments: async () => [{ ...segment, rehearsed }] } })
  const answer = await app.inject(health)
  expectToMatch('health', answer.json())
  expect(answer.json()).toMatchObject({ status: 'degraded' })
  expect(answer.json().segments[0].fencing).toEqual({
    failed: [rehearsed[0]],
    readAtMs: { 'compute-01': 1000, 'spare-1': 3000 }
  })
  const figures = (await app.inject({ url: '/metrics', headers: victor })).body
  expect(figures).toContain('switchover_hosts_bmc_unreadable{segment="rack-a"} 1')
  expectToMatch('segment', (await app.inject({ url: '/v1/segments', headers: victor })).json().items[0])
})

test('while the alarms have not been read nobody says that a host has none', async () => {
  const { app } = testApp()
  expect((await app.inject(health)).json().segments[0]).not.toHaveProperty('alarms')
  expect((await app.inject({ url: '/metrics', headers: victor })).body).not.toContain('hosts_without_alarm{')
})

test('whether we act is told as it is now, by health and by the metrics, though the segments may be some seconds old', async () => {
  let armed = true
  let reads = 0
  const { app, clock } = testApp({
    store: { arming: async () => ({ armed, segments: {} }) },
    service: {
      segments: async () => {
        reads += 1
        return [{ ...segment, armed: true }]
      }
    }
  })
  const seen = async () => {
    const { mode, segments } = (await app.inject(health)).json()
    const figures = (await app.inject({ url: '/metrics', headers: victor })).body
    return [mode, segments[0].armed, /switchover_armed\{segment="rack-a"\} (\d)/.exec(figures)?.[1]]
  }
  expect(await seen()).toEqual(['armed', true, '1'])
  armed = false
  await clock.advance(1000)
  expect(await seen()).toEqual(['observing', false, '0'])
  expect(reads).toBe(1)
})

test('a configuration that could not be loaded anew makes health degraded, and has a figure', async () => {
  const state = (failed?: { atMs: number; mistakes: string[] }) => ({
    configuration: () => ({ loadedAtMs: 1, needsRestart: [], ...(failed && { failed }) })
  })
  const figures = async (app: ReturnType<typeof testApp>['app']) =>
    (await app.inject({ url: '/metrics', headers: victor })).body
  const { app } = testApp({ deps: state({ atMs: 2, mistakes: ['segments: is missing'] }) })
  const answer = await app.inject(health)
  expectToMatch('health', answer.json())
  expect(answer.json()).toMatchObject({ status: 'degraded', configuration: { failed: { atMs: 2 } } })
  expect(await figures(app)).toContain('switchover_configuration_failed 1')
  const well = testApp({ deps: state() }).app
  expect((await well.inject(health)).json()).toMatchObject({ status: 'ok' })
  expect(await figures(well)).toContain('switchover_configuration_failed 0')
})

test('health is down without the store, and still answers', async () => {
  const answer = await testApp({ store: { ping: failing } }).app.inject(health)
  expectToMatch('health', answer.json())
  expect(answer.json()).toMatchObject({ status: 'down', store: { ok: false } })
})

test('health and readiness say so when the disk of the store is full', async () => {
  const ping = async () => {
    throw new StoreUnavailable('database or disk is full', { isFull: true })
  }
  const { app } = testApp({ store: { ping } })
  expect((await app.inject(health)).json()).toMatchObject({
    status: 'down',
    store: { ok: false, error: 'its disk is full' }
  })
  const ready = await app.inject('/health/ready')
  expectProblem(ready, 503, 'store-unavailable')
  expect(ready.body).toContain('Make room')
})

test.each([
  ['a part of the cloud fails', { dependencies: () => [{ name: 'aodh', ok: false, error: 'refused' } as const] }],
  [
    'the segments cannot be read',
    {
      segments: async () => {
        throw new CloudError('unreachable', 'no')
      }
    }
  ]
])('health is degraded while %s', async (_name, service) => {
  const answer = await testApp({ service }).app.inject(health)
  expectToMatch('health', answer.json())
  expect(answer.json()).toMatchObject({ status: 'degraded' })
})

test.each([
  [[true, true], 'armed'],
  [[false, false], 'observing'],
  [[true, false], 'mixed'],
  [[], 'unknown']
])('segments that are armed %j make the mode %s', async (armed, mode) => {
  const segments = async () => armed.map(each => ({ ...segment, armed: each }))
  const service = { segments, inForce: () => ({}) }
  expect((await testApp({ service }).app.inject(health)).json()).toMatchObject({ mode })
})

test('watching us reads the segments at most twice a minute', async () => {
  let reads = 0
  const segments = async () => {
    reads += 1
    return [segment]
  }
  const { app, clock } = testApp({ service: { segments } })
  for (let asked = 0; asked < 5; asked += 1) await app.inject(health)
  await app.inject({ url: '/metrics', headers: victor })
  expect(reads).toBe(1)
  await clock.advance(30_000)
  await app.inject(health)
  expect(reads).toBe(2)
})

test('live and ready are open; ready is so while alarms can be written down', async () => {
  const { app } = testApp()
  for (const url of ['/health/live', '/health/ready']) {
    expect((await app.inject({ url })).json()).toEqual({ status: 'ok' })
  }
  const broken = testApp({ store: { ping: failing } }).app
  expect((await broken.inject({ url: '/health/live' })).statusCode).toBe(200)
  expectProblem(await broken.inject({ url: '/health/ready' }), 503, 'store-unavailable')
})

test('metrics need a token, unless they are configured to be open', async () => {
  expectProblem(await testApp().app.inject({ url: '/metrics' }), 401, 'unauthorized')
  expect((await testApp().app.inject({ url: '/metrics', headers: victor })).statusCode).toBe(200)
  expect((await testApp({ deps: { metricsOpen: true } }).app.inject({ url: '/metrics' })).statusCode).toBe(200)
})

test('metrics tell what the controller, the adapters and the store report, all under our name', async () => {
  const { app, metrics } = testApp()
  metrics.port.phaseEnded('fencing', 12)
  metrics.port.moveEnded('done')
  metrics.rulesLoaded([
    { name: 'lab', then: 'ignore', forgets: false },
    { name: 'dead host', then: 'recover', forgets: false }
  ])
  metrics.port.ruleDecided('dead host', 'recover')
  metrics.port.ruleDecided(undefined, 'note')
  metrics.openstackCall({ service: 'nova', method: 'GET', status: 200, seconds: 0.2 })
  metrics.openstackCall({ service: 'nova', method: 'POST', status: 'timeout', seconds: 10 })
  const answer = await app.inject({ url: '/metrics', headers: victor })
  expect(answer.headers['content-type']).toMatch(/^text\/plain/)
  for (const line of [
    'switchover_phase_seconds_bucket{le="30",state="fencing"} 1',
    'switchover_moves_total{result="done"} 1',
    'switchover_rule_matches_total{rule="lab",outcome="ignore"} 0',
    'switchover_rule_matches_total{rule="dead host",outcome="recover"} 1',
    'switchover_rule_matches_total{rule="(none)",outcome="note"} 1',
    'switchover_openstack_call_seconds_count{service="nova",method="POST",status="timeout"} 1',
    'switchover_recoveries{state="held"} 1',
    'switchover_recoveries{state="fencing"} 0',
    'switchover_signals_total{outcome="unresolved"} 0',
    'switchover_held_age_seconds{recovery="r-1",host="compute-01",code="proof"} 30',
    'switchover_guard_holds{guard="storm"} 0',
    'switchover_guard_holds{guard="armed"} 0',
    'switchover_spares_left{segment="rack-a"} 1',
    'switchover_spares{segment="rack-a"} 3',
    'switchover_armed{segment="rack-a"} 1',
    'switchover_store_up 1'
  ]) {
    expect(answer.body).toContain(`${line}\n`)
  }
  const names = answer.body.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  expect(names.filter(line => !line.startsWith('switchover_'))).toEqual([])
})

test('a guard that holds is named in health and counted in metrics', async () => {
  const summary = async () => ({
    states: { held: 1 },
    held: [
      {
        ...{ recovery: 'r-1', host: 'compute-01', reason: 'three are down' },
        ...{ code: 'guard', guard: 'hosts-down', sinceMs: 0 }
      }
    ],
    signals: {}
  })
  const { app } = testApp({ store: { summary: summary as never } })
  const { body } = await app.inject({ url: '/metrics', headers: victor })
  expect(body).toContain('switchover_guard_holds{guard="hosts-down"} 1\n')
  expect((await app.inject({ url: '/health', headers: victor })).json().held).toMatchObject([
    { code: 'guard', guard: 'hosts-down' }
  ])
})

test('metrics answer while store and cloud fail, without old figures', async () => {
  const { app } = testApp({ store: { summary: failing }, service: { segments: failing } })
  const answer = await app.inject({ url: '/metrics', headers: victor })
  expect(answer.statusCode).toBe(200)
  expect(answer.body).toContain('switchover_store_up 0\n')
  expect(answer.body).not.toContain('switchover_spares_left{')
})
