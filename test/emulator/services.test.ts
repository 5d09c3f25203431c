import { expect, test } from '@jest/globals'
import type { Notification } from '../../src/emulator/model/alarms.ts'
import { endCompute, reports, shownReport } from '../../src/emulator/model/hosts.ts'
import { resize } from '../../src/emulator/model/nova-relocate.ts'
import { changeService, waitForHostMs } from '../../src/emulator/model/nova-services.ts'
import { isSchedulable } from '../../src/emulator/model/placement.ts'
import { startCompute } from '../../src/emulator/model/start-compute.ts'
import { startEmulator } from '../../src/emulator/start-emulator.ts'
import { driveEmulator } from '../e2e/drive-emulator.ts'
import { until } from '../e2e/until.ts'
import { codeOf, modelCloud } from './model-cloud.ts'

const disabled = { status: 'disabled' } as const

test('a status alone lets the API wait for a host that died a moment ago, but not with a force-down', async () => {
  const { world, host, pass } = modelCloud({ alive: true })
  const dead = host('compute-02')
  expect(waitForHostMs(world, dead, disabled)).toBe(0)
  endCompute(world, dead, 'stopped')
  expect(waitForHostMs(world, dead, disabled)).toBe(60_000)
  changeService(world, dead.serviceId, { ...disabled, forcedDown: true })
  expect(waitForHostMs(world, dead, { ...disabled, forcedDown: true })).toBe(0)
  dead.forcedDown = false
  await pass(70)
  expect(waitForHostMs(world, dead, disabled)).toBe(0)
})

test('a change of a dead service moves the date that Nova shows, and makes it live no longer', async () => {
  const { world, host, pass } = modelCloud({ alive: true })
  const dead = host('compute-02')
  endCompute(world, dead, 'stopped')
  const before = shownReport(world, dead)
  await pass(30)
  changeService(world, dead.serviceId, disabled)
  const after = shownReport(world, dead)
  expect(after).toBe(before + 30_000)
  await pass(10)
  changeService(world, dead.serviceId, disabled)
  expect(shownReport(world, dead)).toBe(after)
  await pass(25)
  expect(reports(world, dead)).toBe(false)
})

test('the mark in Placement of a host that could not be told goes when its nova-compute starts', async () => {
  const { world, host, pass } = modelCloud({ alive: true, changes: { 'compute-02': { spare: true } } })
  const spare = host('compute-02')
  endCompute(world, spare, 'stopped')
  changeService(world, spare.serviceId, { status: 'enabled' })
  await pass(30)
  expect(isSchedulable(world, spare)).toBe(false)
  startCompute(world, spare)
  await pass(3)
  expect(isSchedulable(world, spare)).toBe(true)
})

test('a user cannot resize a server whose host is down, or in the middle of a task', () => {
  const { world, server } = modelCloud()
  expect(codeOf(202, () => resize(world, 'vm'))).toBe('409 Service is unavailable at this time.')
  server().taskState = 'rebuilding'
  expect(codeOf(202, () => resize(world, 'vm'))).toMatch(/^409 .* task_state rebuilding$/)
})

test('a change of a service rings the alarms of whoever made it, and a change that changes nothing does not', async () => {
  const emulator = await startEmulator({ spec: { hosts: { 'compute-01': {} } } })
  try {
    const rung: Notification[] = []
    emulator.world.listeners.push(notification => void rung.push(notification))
    const ask = async (path: string, body: object, token = '') => {
      const method = path.includes('os-services') ? 'PUT' : 'POST'
      const headers = { connection: 'close', 'x-auth-token': token, 'openstack-api-version': 'compute 2.90' }
      return fetch(emulator.url + path, { method, headers, body: JSON.stringify(body) })
    }
    const user = { name: 'admin', password: 'labpass', domain: { id: 'default' } }
    const scope = { project: { name: 'admin', domain: { id: 'default' } } }
    const login = { auth: { identity: { methods: ['password'], password: { user } }, scope } }
    const token = (await ask('/identity/v3/auth/tokens', login)).headers.get('x-subject-token') ?? ''
    const words = ['alarm', 'host-down', '--url', 'http://127.0.0.1:1/', '--host', 'compute-01', '--repeat']
    await ask('/lab', { words: [...words, '--event', 'service.update'] })
    const service = `/compute/v2.1/os-services/${emulator.world.hosts.get('compute-01')?.serviceId}`
    await ask(service, { forced_down: true }, token)
    await ask(service, { forced_down: true }, token)
    await until('the alarm', 5000, async () => rung[0])
    expect(rung.map(({ event }) => [event.type, event.traits.host, event.traits.forced_down])).toEqual([
      ['service.update', 'compute-01', 'True']
    ])
  } finally {
    await emulator.close()
  }
})

test("the lab crashes a service of Nova's control plane, and its restart starts it anew", async () => {
  const emulator = await startEmulator({ spec: { hosts: { 'compute-01': {} } } })
  const lab = driveEmulator(emulator.url)
  const { control } = emulator.world
  await lab(['tune', '--crashed', 'nova-scheduler'], 5000)
  expect(control.scheduler.stoppedAtMs).toBeDefined()
  expect(control.conductor.stoppedAtMs).toBeUndefined()
  await lab(['restart', 'nova-scheduler'], 5000)
  expect(control.scheduler.stoppedAtMs).toBeUndefined()
  await emulator.close()
})
