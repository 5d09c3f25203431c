import { afterEach, expect, test } from '@jest/globals'
import { createRehearsal, type Rehearsal } from '../../src/controller/duties/rehearsal.ts'
import { believedFencing } from '../../src/controller/judgement/believed-fencing.ts'
import { createDisbeliefs } from '../../src/controller/judgement/disbeliefs.ts'
import type { Cloud, Fencing } from '../../src/controller/ports/ports.ts'
import type { Segment } from '../../src/core/segment.ts'
import { CloudError, FencingError, StoreUnavailable } from '../../src/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { hostOf, segmentOf } from '../core/builders.ts'

const everyMs = 3_600_000
const { signal } = new AbortController()

const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of undo.splice(0)) await close()
})

async function given(changes: Partial<Segment> = {}, sample: 'all' | number = 'all') {
  const world = {
    ...{ nowMs: 5_000_000, open: [] as string[], broken: new Map<string, string>(), asked: [] as string[] },
    off: new Set<string>(),
    reporting: new Set<string>(),
    isNovaAway: false,
    isStoreAway: false,
    /** The store goes away when it is asked. */
    lastStraw: '',
    way: 'by bmc.example'
  }
  const logged: string[] = []
  const note = (_: object, message: string) => void logged.push(message)
  let segments: Segment[] = [segmentOf({ hosts: ['host-1', 'host-2'], spares: ['spare-1'], ...changes })]
  const sent: string[] = []
  const fencing: Fencing = {
    settleMs: () => 0,
    wayOf: () => world.way,
    async powerOff(agent, host) {
      sent.push(`${agent} ${host}`)
    },
    async read(agent, host) {
      world.asked.push(`${agent} ${host}`)
      if (world.lastStraw === `${agent} ${host}`) world.isStoreAway = true
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
  const clock = { now: () => world.nowMs, sleep }
  const opened = await openStore('file::memory:', { clock })
  undo.push(opened.close)
  const away = (): Promise<never> => Promise.reject(new StoreUnavailable('its disk is full'))
  const inReach = (): typeof opened => (world.isStoreAway ? { ...opened, disbelieve: away, disbeliefs: away } : opened)
  const store = {
    ...opened,
    openHosts,
    disbeliefs: async (host?: string) => await inReach().disbeliefs(host),
    disbelieve: async (...lie: Parameters<typeof opened.disbelieve>) => await inReach().disbelieve(...lie)
  }

  /** One process on the store: what it rehearses, and what it believes. */
  function process(owner: string) {
    const disbeliefs = createDisbeliefs({ store, fencing }, owner)
    const ports = { cloud: { hosts } as unknown as Cloud, fencing, store, clock }
    const rehearsal: Rehearsal = createRehearsal(
      { ...ports, log: { info: note, warn: note, error: note } },
      { segments: () => segments },
      disbeliefs,
      { everyMs, sample }
    )
    return {
      rehearsal,
      believed: believedFencing({ fencing, clock }, disbeliefs),
      of: () => rehearsal.of(segments[0]!),
      failed: () => rehearsal.of(segments[0]!).flatMap(({ host, agent, error }) => (error ? `${agent} ${host}` : [])),
      /** One round, and the time until the next. */
      async round() {
        world.asked.length = 0
        await rehearsal.work(signal)
        world.nowMs += everyMs
        return world.asked
      }
    }
  }
  return {
    ...{ world, logged, sent, process },
    ...process('process-1'),
    become(next: Segment[]) {
      segments = next
    }
  }
}

const step = (...agents: string[]) => ({ agents, timeoutMs: 90_000, retries: 2 })

test('each host and spare is asked through each agent of its ladder, once in its time', async () => {
  const { world, rehearsal, of } = await given({ fencing: [step('bmc'), step('feed-a', 'feed-b')] })
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
  const { world, logged, of, round } = await given()
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
  const { round } = await given({ hosts: ['host-1', 'host-2', 'host-3'] }, 2)
  expect(await round()).toEqual(['bmc host-1', 'bmc host-2'])
  expect(await round()).toEqual(['bmc host-3', 'bmc spare-1'])
  expect(await round()).toEqual(['bmc host-1', 'bmc host-2'])
})

test('a host that is being recovered is left to its recovery, and one that nobody switches off is not asked', async () => {
  const { world, round, become, of } = await given()
  world.open.push('host-1')
  expect(await round()).toEqual(['bmc host-2', 'bmc spare-1'])
  become([segmentOf({ fencing: 'waived' })])
  expect(await round()).toEqual([])
  expect(of()).toEqual([])
})

test('while the members are not known it waits, and looks as soon as they are', async () => {
  const { world, rehearsal, become } = await given()
  become([])
  await rehearsal.work(signal)
  become([segmentOf({ hosts: ['host-1'], spares: [] })])
  await rehearsal.work(signal)
  expect(world.asked).toEqual(['bmc host-1'])
})

const everybody = ['host-1', 'host-2', 'spare-1']

/** The agent says off of host-2, and host-2 reports. */
async function lying() {
  const all = await given()
  for (const name of everybody) all.world.reporting.add(name)
  all.world.off.add('bmc host-2')
  return all
}

test('one that says off of a host that reports fails the rehearsal, is said once, and is not believed of that host', async () => {
  const { world, logged, sent, believed, of, round } = await lying()
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

  await expect(believed.read('bmc', 'host-2')).rejects.toMatchObject({ code: 'identity' })
  await expect(believed.powerOff('bmc', 'host-2')).rejects.toMatchObject({ code: 'identity' })
  expect(sent).toEqual([])
  await expect(believed.read('bmc', 'host-1')).resolves.toMatchObject({ power: 'on' })
  // That nobody believes it does not say that it can be reached.
  world.broken.set('bmc host-2', 'no route')
  await expect(believed.read('bmc', 'host-2')).rejects.toThrow('no route')
})

test('only an on of a host that reports ends it: what a dead one is said to be proves nothing', async () => {
  const { world, believed, failed, round } = await lying()
  await round()
  world.reporting.delete('host-2')
  await round()
  await expect(believed.read('bmc', 'host-2')).rejects.toThrow('is not believed since')
  world.off.clear()
  await round()
  await expect(believed.read('bmc', 'host-2')).rejects.toThrow('is not believed since')
  expect(failed()).toEqual(['bmc host-2'])
  world.reporting.add('host-2')
  world.isNovaAway = true
  await round()
  await expect(believed.read('bmc', 'host-2')).rejects.toThrow('is not believed since')
  world.isNovaAway = false
  await round()
  await expect(believed.read('bmc', 'host-2')).resolves.toMatchObject({ power: 'on' })
  expect(failed()).toEqual([])
})

test('the next process does not believe it either, and says so before it has asked it, whatever it is told', async () => {
  const { world, process, round } = await lying()
  await round()
  const next = process('process-2')
  await expect(next.believed.read('bmc', 'host-2')).rejects.toMatchObject({ code: 'identity' })
  world.open.push('host-2')
  await next.round()
  expect(next.of().find(({ host }) => host === 'host-2')).toEqual({
    ...{ host: 'host-2', agent: 'bmc', atMs: expect.any(Number) },
    error: expect.stringContaining('is not believed since')
  })
  world.open.length = 0
  world.off.clear()
  await next.round()
  expect(next.failed()).toEqual(['bmc host-2'])
})

test('two processes that hear it differently do not turn it round: it ends when none has heard it lie for two rounds', async () => {
  const { world, process, round } = await lying()
  const other = process('process-2')
  for (let times = 0; times < 3; times += 1) {
    world.off.clear()
    await other.rehearsal.work(signal)
    world.off.add('bmc host-2')
    await round()
    // One that starts at this moment hears at once what the other one hears.
    world.off.clear()
    await process(`process-${times + 3}`).rehearsal.work(signal)
    await expect(other.believed.read('bmc', 'host-2')).rejects.toThrow('is not believed since')
  }
  world.off.clear()
  for (let times = 0; times < 2; times += 1) {
    await other.round()
    await expect(other.believed.read('bmc', 'host-2')).rejects.toThrow('is not believed since')
  }
  await other.round()
  await expect(other.believed.read('bmc', 'host-2')).resolves.toMatchObject({ power: 'on' })
})

test('of a sample each host is asked less often, and is quiet for longer', async () => {
  const { world, process, round } = await given({ hosts: ['host-1', 'host-2'], spares: [] }, 1)
  world.reporting.add('host-1')
  world.off.add('bmc host-1')
  await round()
  world.off.clear()
  const other = process('process-2')
  for (let times = 0; times < 4; times += 1) await other.round()
  expect(other.failed()).toEqual(['bmc host-1'])
  for (let times = 0; times < 2; times += 1) await other.round()
  expect(other.failed()).toEqual([])
})

test('by another way to the host it is another agent, and the old one is not believed when it is back', async () => {
  const { world, process, round } = await lying()
  await round()
  world.way = 'by bmc-2.example'
  const next = process('process-2')
  await expect(next.believed.read('bmc', 'host-2')).resolves.toMatchObject({ power: 'off' })
  world.way = 'by bmc.example'
  await expect(next.believed.read('bmc', 'host-2')).rejects.toMatchObject({ code: 'identity' })
})

test('while the store is away no off counts and nothing is switched off; an on is heard', async () => {
  const { world, believed, sent } = await given()
  world.isStoreAway = true
  world.off.add('bmc host-2')
  await expect(believed.read('bmc', 'host-2')).rejects.toMatchObject({ code: 'unreachable' })
  await expect(believed.powerOff('bmc', 'host-2')).rejects.toMatchObject({ code: 'unreachable' })
  expect(sent).toEqual([])
  await expect(believed.read('bmc', 'host-1')).resolves.toMatchObject({ power: 'on' })
})

test('what could not be written down is written when the store is back, long before the next round', async () => {
  const { world, process, rehearsal, believed } = await lying()
  world.lastStraw = 'bmc host-2'
  await expect(rehearsal.work(signal)).rejects.toBeInstanceOf(StoreUnavailable)
  world.lastStraw = ''
  world.isStoreAway = false
  // It knows by itself until then.
  await expect(believed.read('bmc', 'host-2')).rejects.toMatchObject({ code: 'identity' })
  await expect(process('process-2').believed.read('bmc', 'host-2')).resolves.toMatchObject({ power: 'off' })
  world.nowMs += 10_000
  await rehearsal.work(signal)
  await expect(process('process-2').believed.read('bmc', 'host-2')).rejects.toMatchObject({ code: 'identity' })
})

test('a host that is off and does not report is told rightly', async () => {
  const { world, believed, of, round } = await given()
  world.off.add('bmc host-2')
  await round()
  expect(of().find(({ host }) => host === 'host-2')).toEqual({
    ...{ host: 'host-2', agent: 'bmc', power: 'off' },
    atMs: expect.any(Number)
  })
  await expect(believed.read('bmc', 'host-2')).resolves.toMatchObject({ power: 'off' })
})

test('while Nova can not be asked an off is no lie, and the other words stand', async () => {
  const { world, of, round } = await given()
  for (const name of everybody) world.reporting.add(name)
  world.off.add('bmc host-2')
  world.isNovaAway = true
  await round()
  expect(of()).toHaveLength(3)
  expect(of().every(({ error }) => error === undefined)).toBe(true)
})

test('one feed of two may be off while the host reports', async () => {
  const { world, believed, of, round } = await given({ fencing: [step('feed-a', 'feed-b')] })
  for (const name of everybody) world.reporting.add(name)
  world.off.add('feed-a host-1')
  await round()
  expect(of().every(({ error }) => error === undefined)).toBe(true)
  world.off.add('feed-b host-1')
  await round()
  await expect(believed.read('feed-a', 'host-1')).rejects.toMatchObject({ code: 'identity' })
  await expect(believed.read('feed-b', 'host-1')).rejects.toMatchObject({ code: 'identity' })
})

test('what Ironic only remembers may be late: it is told, and fences by its own power-off all the same', async () => {
  const { world, believed, of, round } = await given({ fencing: [step('ironic')] })
  for (const name of everybody) world.reporting.add(name)
  world.off.add('ironic host-1')
  await round()
  expect(of().find(({ host }) => host === 'host-1')?.error).toContain('says off while')
  await expect(believed.read('ironic', 'host-1')).resolves.toMatchObject({ power: 'off', isHearsay: true })
})

test('who is asked only as evidence is rehearsed as well', async () => {
  const { round } = await given({ hosts: ['host-1'], spares: [], power: { agent: 'other', timeoutMs: 5000 } })
  expect(await round()).toEqual(['bmc host-1', 'other host-1'])
})
