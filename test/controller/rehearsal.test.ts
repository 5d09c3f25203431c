import { expect, test } from '@jest/globals'
import { createRehearsal, type Rehearsal } from '../../src/controller/duties/rehearsal.ts'
import type { Fencing, Store } from '../../src/controller/ports/ports.ts'
import type { Segment } from '../../src/core/segment.ts'
import { FencingError } from '../../src/errors.ts'
import { segmentOf } from '../core/builders.ts'

const everyMs = 3_600_000
const { signal } = new AbortController()

function given(changes: Partial<Segment> = {}, sample: 'all' | number = 'all') {
  const world = { nowMs: 5_000_000, open: [] as string[], broken: new Map<string, string>(), asked: [] as string[] }
  const logged: string[] = []
  const note = (_: object, message: string) => void logged.push(message)
  let segments: Segment[] = [segmentOf({ hosts: ['host-1', 'host-2'], spares: ['spare-1'], ...changes })]
  const fencing: Pick<Fencing, 'read'> = {
    async read(agent, host) {
      world.asked.push(`${agent} ${host}`)
      const why = world.broken.get(`${agent} ${host}`)
      if (why !== undefined) throw new FencingError('refused', why)
      return { agent, method: 'redfish', power: 'on', atMs: world.nowMs }
    }
  }
  const recoveries = async () => ({ items: world.open.map(host => ({ recovery: { host } })) })
  const rehearsal: Rehearsal = createRehearsal(
    {
      fencing: fencing as Fencing,
      store: { recoveries } as unknown as Store,
      clock: { now: () => world.nowMs, sleep: async () => undefined },
      log: { info: note, warn: note, error: note }
    },
    { segments: () => segments },
    { everyMs, sample }
  )
  return {
    ...{ world, logged, rehearsal },
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
