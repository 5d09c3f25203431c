import { expect, test } from '@jest/globals'
import { createRehearsal, type Rehearsal } from '../../src/controller/duties/rehearsal.ts'
import { believedFencing } from '../../src/controller/judgement/believed-fencing.ts'
import type { Cloud, Fencing, Store } from '../../src/controller/ports/ports.ts'
import type { Segment } from '../../src/core/segment.ts'
import { CloudError, FencingError } from '../../src/errors.ts'
import { hostOf, segmentOf } from '../core/builders.ts'

const everyMs = 3_600_000
const { signal } = new AbortController()

function given(changes: Partial<Segment> = {}, sample: 'all' | number = 'all') {
  const world = {
    ...{ nowMs: 5_000_000, open: [] as string[], broken: new Map<string, string>(), asked: [] as string[] },
    off: new Set<string>(),
    reporting: new Set<string>(),
    isNovaAway: false
  }
  const logged: string[] = []
  const note = (_: object, message: string) => void logged.push(message)
  let segments: Segment[] = [segmentOf({ hosts: ['host-1', 'host-2'], spares: ['spare-1'], ...changes })]
  const fencing: Pick<Fencing, 'read'> = {
    async read(agent, host) {
      world.asked.push(`${agent} ${host}`)
      const why = world.broken.get(`${agent} ${host}`)
      if (why !== undefined) throw new FencingError('refused', why)
      const power = world.off.has(`${agent} ${host}`) ? 'off' : 'on'
      const isHearsay = agent === 'ironic' ? ({ isHearsay: true } as const) : {}
      return { agent, method: 'redfish', power, atMs: world.nowMs, ...isHearsay }
    }
  }
  const openHosts = async () => Object.fromEntries(world.open.map(host => [host, `recovery of ${host}`]))
  const hosts = async () => {
    if (world.isNovaAway) throw new CloudError('unreachable', 'Nova does not answer')
    const names = [...segments[0]!.hosts, ...segments[0]!.spares]
    const reportOf = (name: string) =>
      world.reporting.has(name) ? Math.floor(world.nowMs / 10_000) * 10_000 : 4_990_000
    return { atMs: world.nowMs, hosts: names.map(name => hostOf(name, { reportedAtMs: reportOf(name) })) }
  }
  const sleep = async (ms: number) => {
    world.nowMs += ms
  }
  const rehearsal: Rehearsal = createRehearsal(
    {
      cloud: { hosts } as unknown as Cloud,
      fencing: fencing as Fencing,
      store: { openHosts } as unknown as Store,
      clock: { now: () => world.nowMs, sleep },
      log: { info: note, warn: note, error: note }
    },
    { segments: () => segments },
    { everyMs, sample }
  )
  return {
    ...{ world, logged, rehearsal, fencing: fencing as Fencing },
    become(next: Segment[]) {
      segments = next
    },
    of: () => rehearsal.of(segments[0]!),
    async round() {
      world.asked.length = 0
      await rehearsal.work(signal)
      world.nowMs += everyMs
      return world.asked
    }
  }
}

const step = (...agents: string[]) => ({ agents, timeoutMs: 90_000, retries: 2 })

test('each host and spare is asked through each agent of its ladder, once in its time', async () => {
  const { world, rehearsal, of } = given({ fencing: [step('bmc'), step('feed-a', 'feed-b')] })
  await rehearsal.work(signal)
  expect(world.asked).toHaveLength(9)
  expect(of().map(({ host, agent }) => `${agent} ${host}`)).toEqual(expect.arrayContaining(world.asked))
  world.nowMs += everyMs - 1
  await rehearsal.work(signal)
  expect(world.asked).toHaveLength(9)
  world.nowMs += 1
  await rehearsal.work(signal)
  expect(world.asked).toHaveLength(18)
})

test('one that fails is told with its host, said once, and forgotten when it is read again', async () => {
  const { world, logged, of, round } = given()
  world.broken.set('bmc host-2', 'host-2: its BMC refuses the password')
  await round()
  await round()
  const failed = of().filter(({ error }) => error !== undefined)
  expect(failed).toMatchObject([{ host: 'host-2', agent: 'bmc', error: 'host-2: its BMC refuses the password' }])
  expect(logged).toHaveLength(1)
  world.broken.clear()
  await round()
  expect(of().every(({ error }) => error === undefined)).toBe(true)
  expect(logged).toHaveLength(2)
})

test('of a sample those come first that were asked longest ago', async () => {
  const { round } = given({ hosts: ['host-1', 'host-2', 'host-3'] }, 2)
  expect(await round()).toEqual(['bmc host-1', 'bmc host-2'])
  expect(await round()).toEqual(['bmc host-3', 'bmc spare-1'])
  expect(await round()).toEqual(['bmc host-1', 'bmc host-2'])
})

test('a host that is being recovered is left to its recovery, and one that nobody switches off is not asked', async () => {
  const { world, round, become, of } = given()
  world.open.push('host-1')
  expect(await round()).toEqual(['bmc host-2', 'bmc spare-1'])
  become([segmentOf({ fencing: 'waived' })])
  expect(await round()).toEqual([])
  expect(of()).toEqual([])
})

test('while the members are not known it waits, and looks as soon as they are', async () => {
  const { world, rehearsal, become } = given()
  become([])
  await rehearsal.work(signal)
  become([segmentOf({ hosts: ['host-1'], spares: [] })])
  await rehearsal.work(signal)
  expect(world.asked).toEqual(['bmc host-1'])
})

const everybody = ['host-1', 'host-2', 'spare-1']

test('one that says off of a host that reports fails the rehearsal, is said once, and is not believed of that host', async () => {
  const { world, rehearsal, fencing, logged, of, round } = given()
  for (const name of everybody) world.reporting.add(name)
  world.off.add('bmc host-2')
  await round()
  await round()
  expect(of().filter(({ error }) => error !== undefined)).toEqual([
    {
      host: 'host-2',
      agent: 'bmc',
      power: 'off',
      atMs: expect.any(Number),
      error: expect.stringContaining('says off while')
    }
  ])
  expect(logged).toHaveLength(1)

  const believed = believedFencing({ ...fencing, powerOff: async () => undefined, settleMs: () => 0 }, rehearsal)
  await expect(believed.read('bmc', 'host-2')).rejects.toMatchObject({ code: 'identity' })
  await expect(believed.powerOff('bmc', 'host-2')).rejects.toMatchObject({ code: 'identity' })
  await expect(believed.read('bmc', 'host-1')).resolves.toMatchObject({ power: 'on' })
  // That nobody believes it does not say that it can be reached.
  world.broken.set('bmc host-2', 'no route')
  await expect(believed.read('bmc', 'host-2')).rejects.toThrow('no route')
  world.broken.clear()

  // It dies: an off that is true now proves nothing of the one that says it.
  world.reporting.delete('host-2')
  await round()
  await expect(believed.read('bmc', 'host-2')).rejects.toThrow('is not believed since')
  world.off.clear()
  await round()
  await expect(believed.read('bmc', 'host-2')).resolves.toMatchObject({ power: 'on' })
  expect(of().every(({ error }) => error === undefined)).toBe(true)
})

test('a host that is off and does not report is told rightly', async () => {
  const { world, rehearsal, of, round } = given()
  world.off.add('bmc host-2')
  await round()
  expect(of().find(({ host }) => host === 'host-2')).toEqual({
    ...{ host: 'host-2', agent: 'bmc', power: 'off' },
    atMs: expect.any(Number)
  })
  expect(rehearsal.falseOffAtMs('bmc', 'host-2')).toBeUndefined()
})

test('while Nova can not be asked an off is no lie, and the other words stand', async () => {
  const { world, of, round } = given()
  for (const name of everybody) world.reporting.add(name)
  world.off.add('bmc host-2')
  world.isNovaAway = true
  await round()
  expect(of()).toHaveLength(3)
  expect(of().every(({ error }) => error === undefined)).toBe(true)
})

test('one feed of two may be off while the host reports', async () => {
  const { world, rehearsal, of, round } = given({ fencing: [step('feed-a', 'feed-b')] })
  for (const name of everybody) world.reporting.add(name)
  world.off.add('feed-a host-1')
  await round()
  expect(of().every(({ error }) => error === undefined)).toBe(true)
  world.off.add('feed-b host-1')
  await round()
  expect(rehearsal.falseOffAtMs('feed-a', 'host-1')).toBeDefined()
  expect(rehearsal.falseOffAtMs('feed-b', 'host-1')).toBeDefined()
})

test('what Ironic only remembers may be late: it is told, and fences by its own power-off all the same', async () => {
  const { world, rehearsal, of, round } = given({ fencing: [step('ironic')] })
  for (const name of everybody) world.reporting.add(name)
  world.off.add('ironic host-1')
  await round()
  expect(of().find(({ host }) => host === 'host-1')?.error).toContain('says off while')
  expect(rehearsal.falseOffAtMs('ironic', 'host-1')).toBeUndefined()
})

test('who is asked only as evidence is rehearsed as well', async () => {
  const { round } = given({ hosts: ['host-1'], spares: [], power: { agent: 'other', timeoutMs: 5000 } })
  expect(await round()).toEqual(['bmc host-1', 'other host-1'])
})
