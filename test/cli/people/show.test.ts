import { afterEach, expect, test } from '@jest/globals'
import { show } from '../../../src/cli/people/show.ts'
import type { StoredRecovery } from '../../../src/controller/ports/ports.ts'
import type { GuardReport } from '../../../src/core/guards/guard.ts'
import type { Hold, Recovery } from '../../../src/core/recovery.ts'
import { closed as ended, recovery, stored } from '../../http/samples.ts'
import type { Overrides } from '../../http/support.ts'
import { paper, speak } from './speak.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

const storeOf = (one: StoredRecovery): NonNullable<Overrides['store']> => ({
  recoveries: async () => ({ items: [one] }),
  recovery: async () => one
})

/** What is shown of the sample with this in its place, the times left out. */
async function shown(more: Partial<Recovery> = {}, how: { all?: boolean; columns?: number } = {}): Promise<string> {
  const { client } = await speak(undo, { store: storeOf({ ...stored, recovery: { ...recovery, ...more } }) })
  const { text, ...output } = paper()
  const out = how.columns === undefined ? output.out : { ...output.out, columns: how.columns }
  await show(client, 'compute-01', { ...output, out, all: how.all === true })
  return text()
}

const held = (hold: Hold, from: 'planning' | 'fencing' | 'moving' = 'planning'): Partial<Recovery> => ({
  phase: { state: 'held', from, hold }
})
const closed = (guard: GuardReport['guard'], approvable: boolean, more: Partial<GuardReport> = {}): GuardReport => ({
  ...{ guard, holds: true, reason: `${guard} says no`, releasedBy: 'person', approvable, inputs: { down: 3, of: 4 } },
  ...more
})
const ways = (text: string) => [...text.matchAll(/switchover (\w.*?) --reason/g)].map(([, way]) => way)

test('all that the API explains, from the hold to the end of the timeline', async () => {
  const text = await shown()
  const said = [
    /^compute-01 +held for \d+ .* \(since .* UTC\), in moving: proof\n/,
    /\n +opened by an alarm \(host-down, aodh\) at /,
    /\n +rack-a, recovery r-1, version 7, driven by replica-1\n/,
    /\nwhy +The BMC reads On\.\n/,
    /\nwhat now +It waits for a person:\n/,
    /\nverdict +dead, .* ago: Nova saw its last report 42 s ago and nothing answers on port 22\.\n/,
    /\n +nova +down +\S+ d .* ago +last report 42 s ago\n/,
    /\nrules +rule "dead host" says recover with approval\n +"lab" +does not match +host\.name == "lab" is not true\n +"dead host" +matches +it is true\n/,
    /\nguards +none of 1 holds \(--all /,
    /\nplan +2 servers to spare-1, in about 40 s; 2 stay\n +stays +gpu +it was never started\n/,
    /\n +not taken +spare-2 +is down\n/,
    /\nproof +compute-01: fenced at .* UTC: rack-a-redfish off /,
    /\nmoves +1 moving, 1 waiting\n +web +moving +spare-1 +attempt 2, for .*\n +db +waiting +spare-1\n/,
    /\ntimeline +.* +An alarm of compute-01 opened it\.\n.* Its verdict is dead\.\n.* UTC is now; the last was .* ago\n$/
  ]
  for (const words of said) expect(text).toMatch(words)
})

test('guards that hold are told with what they looked at, and the others with --all', async () => {
  const guards = [
    ...recovery.guards!,
    closed('storm', true, { untilMs: Date.UTC(2026, 0, 1, 3), reason: 'storm says no since 2026-01-01T02:00:00.000Z' })
  ]
  const text = await shown({ guards })
  expect(text).toMatch(
    /\nguards +HOLDS +storm +storm says no since 2026-01-01 02:00:00 UTC; until 2026-01-01 03:00:00 UTC; an approval lets it through \[down 3, of 4\]\n +1 others do not hold/
  )
  expect(await shown({ guards }, { all: true })).toMatch(/\n +open +armed +rack-a is armed \[armed true\]\n/)
})

test.each<[string, Partial<Recovery>, string[], ('person' | 'world')?]>([
  [
    'an approval',
    {
      ...held({ code: 'approval', guard: 'approval', reason: 'x', releasedBy: 'person' }),
      guards: [closed('approval', true)]
    },
    ['approve compute-01']
  ],
  [
    'arming, before an approval helps',
    {
      ...held({ code: 'guard', guard: 'storm', reason: 'x', releasedBy: 'world' }),
      guards: [closed('storm', true), closed('armed', false)]
    },
    ['arm rack-a']
  ],
  [
    'a guard that none releases',
    {
      ...held({ code: 'cloud', guard: 'own-isolation', reason: 'x', releasedBy: 'world' }),
      guards: [closed('own-isolation', false, { releasedBy: 'world' })]
    },
    [],
    'world'
  ],
  [
    'the world, after a guard that held it before',
    {
      ...held({ code: 'compute-down', reason: 'x', releasedBy: 'world' }),
      guards: [closed('armed', false), closed('approval', true)]
    },
    [],
    'world'
  ],
  ['a fence', held({ code: 'not-fenced', reason: 'x', releasedBy: 'person' }, 'fencing'), ['vouch compute-01']],
  [
    'the fence of a target, which is not that of its host',
    {
      phase: {
        ...{ state: 'held', from: 'fencing', fencing: 'spare-1' },
        hold: { code: 'not-fenced', reason: 'x', releasedBy: 'person' }
      },
      targets: { 'spare-1': { state: 'lost', isSpare: true } }
    },
    ['vouch compute-01 --host spare-1']
  ],
  [
    'a target that failed',
    {
      ...held({ code: 'target', reason: 'x', releasedBy: 'person' }, 'moving'),
      targets: { 'spare-1': { state: 'failed', isSpare: true } }
    },
    ['vouch compute-01 --host spare-1']
  ],
  [
    'a server that may run elsewhere',
    {
      ...held({ code: 'servers', reason: 'x', releasedBy: 'person' }, 'moving'),
      plan: { ...recovery.plan!, staying: [{ server: 'vm-9', name: 'web', because: 'person', reason: 'x' }] }
    },
    ['vouch compute-01 --server vm-9']
  ]
])('the way out of a hold that waits for %s', async (_what, more, first, by = 'person') => {
  const text = await shown(more)
  expect(ways(text)).toEqual([...first, 'retry compute-01', 'cancel compute-01'])
  expect(text).toMatch(by === 'world' ? /goes on by itself when that is over/ : /waits for a person/)
})

test('what a BMC that is not believed keeps held, no other try ends', async () => {
  const hold = { code: 'not-fenced', reason: 'x', releasedBy: 'person', retryHelps: false } as const
  const text = await shown(held(hold, 'fencing'))
  expect(ways(text)).toEqual(['vouch compute-01', 'cancel compute-01'])
  expect(text).toMatch(/vouch compute-01 --reason … +switch it off, see that it is off, then say so\n/)
})

test('where no spare is left it is said how to get one', async () => {
  const text = await shown(held({ code: 'no-target', reason: 'x', releasedBy: 'world' }))
  expect(text).toMatch(/\n +switchover spares adopt rack-a +on the service's machine, when it has another spare /)
})

test('what a cancel has left, or would leave, on a host that is off is said', async () => {
  const text = await shown({ phase: { state: 'cancelled', reason: 'olga: not now' } })
  expect(text).toMatch(
    /what now +Nothing is done for it any more\. A person can:\n +switchover recover compute-01 --reason … +a new recovery looks again: 3 servers were left on it when it was cancelled\n/
  )
  expect(await shown()).toMatch(/cancel compute-01 --reason … +it ends, and 3 servers stay down; nothing is powered on/)
})

test('of a host that is dead before anybody has looked which servers it has, that is said', async () => {
  const { plan: _, ...unplanned } = { ...recovery, servers: [], proofs: {} }
  const of = async (phase: Recovery['phase']): Promise<string> => {
    const { client } = await speak(undo, {
      store: { ...storeOf({ ...stored, recovery: { ...unplanned, phase } }), steps: async () => [] }
    })
    const { text, ...output } = paper()
    await show(client, 'compute-01', { ...output, all: false })
    return text()
  }
  expect(await of({ state: 'cancelled', reason: 'olga: not now' })).toMatch(
    /recover compute-01 --reason … +a new recovery looks again: its servers were not known when it was cancelled\n/
  )
  expect(await of(recovery.phase)).toMatch(/it ends, and its servers, which are not known, stay down; nothing is/)
})

test('a partial one can be gone on with, and one that needs nobody has no way out', async () => {
  expect(ways(await shown({ phase: { state: 'partial', reason: 'two stayed' } }))).toEqual(['retry compute-01'])
  const moving = await shown({ phase: { state: 'moving' } })
  expect(moving).not.toContain('what now')
})

test('on a terminal it is broken between words, each piece below its own column', async () => {
  const text = await shown({}, { columns: 60, all: true })
  expect(text.split('\n').every(line => line.length <= 60)).toBe(true)
  expect(text).toMatch(/\ntimeline +\S+ \S+ {2}An alarm of compute-01\n {33}opened it\.\n/)
  expect(text).toMatch(
    /\n {14}switchover cancel compute-01 --reason … {2}it\n {16}ends, and 3 servers stay down; nothing is\n {16}powered on\n/
  )
})

test('an id is shown as it is, what does not exist is told, and JSON is the answer of the API', async () => {
  const asked: string[] = []
  const recoveryOf = async (id: string) => void asked.push(id)
  const { client, app } = await speak(undo, {
    store: { recoveries: async () => ({ items: [] }), recovery: recoveryOf } as NonNullable<Overrides['store']>
  })
  const id = '01a21ac0-187c-7000-a686-416c9381f6bb'
  await expect(show(client, id, { ...paper(), all: false })).rejects.toThrow(`There is no recovery ${id}.`)
  expect(asked).toEqual([id])
  await expect(show(client, 'compute-09', { ...paper(), all: false })).rejects.toThrow(
    "there is no recovery of compute-09, and no segment has such a host; did you mean compute-01? A host has the name of its nova-compute's service"
  )
  await expect(show(client, 'node-7', { ...paper(), all: false })).rejects.toThrow(
    'there is no recovery of node-7, and no segment has such a host. A host has'
  )
  await expect(show(client, 'compute-01', { ...paper(), all: false })).rejects.toThrow(
    'compute-01 of rack-a has had no recovery'
  )
  void app
  const { text, ...json } = paper(true)
  const whole = await speak(undo, { store: storeOf(stored) })
  await show(whole.client, 'compute-01', { ...json, all: false })
  expect(JSON.parse(text())).toMatchObject({ id: 'r-1', version: 7, timeline: [{ seq: 1 }, { seq: 2 }] })
})

test('of several recoveries of a host the open one is shown, whenever it was opened', async () => {
  const { client } = await speak(undo, {
    store: {
      recoveries: async ({ state }) => ({ items: [state === 'open' ? stored : ended] }),
      recovery: async id => [stored, ended].find(one => one.recovery.id === id)
    }
  })
  const { text, ...output } = paper()
  await show(client, 'compute-01', { ...output, all: false })
  expect(text()).toContain('recovery r-1, version 7')
})
