import { expect, test } from '@jest/globals'
import type { EvidenceQuestion } from '../../src/controller/judgement/evidence.ts'
import { createSeen, gather } from '../../src/controller/judgement/evidence.ts'
import type { Cloud, Fencing, Probe } from '../../src/controller/ports/ports.ts'
import type { AliveSource, Segment } from '../../src/core/segment.ts'
import { CloudError, FencingError } from '../../src/errors.ts'
import { hostOf, nowMs, readingOf, segmentOf, source } from '../core/builders.ts'
import { createVirtualClock } from '../simulation/virtual-clock.ts'

const ssh: AliveSource = { kind: 'ssh', port: 22, hosts: {}, timeoutMs: 3000 }
const storage: AliveSource = { kind: 'exec', name: 'storage', command: ['/bin/hb'], beside: 'network', hosts: {} }
const power = { agent: 'bmc', timeoutMs: 10_000 }
const dead = readingOf(hostOf(source, { state: 'down', reportedAtMs: nowMs - 60_000 }), hostOf('compute-02'))

interface World {
  readonly hosts?: Cloud['hosts']
  readonly addresses?: Cloud['addresses']
  readonly ask?: Probe['ask']
  readonly read?: Fencing['read']
}

const never = (signal?: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(new CloudError('unreachable', 'aborted')), { once: true })
  })

/** One world, asked as often as wanted, each time after a pause. */
function worldOf({ hosts, addresses, ask, read }: World, changes: Partial<Segment>) {
  const clock = createVirtualClock()
  const asked: string[] = []
  const sources = {
    clock,
    cloud: {
      hosts: hosts ?? (async () => dead),
      addresses: addresses ?? (async () => ({ [source]: '10.0.0.1' }))
    } as Cloud,
    probe: { ask: ask ?? (async () => ({ says: 'silent', detail: 'no answer' })) } as Probe,
    fencing: {
      async read(agent, host, signal) {
        asked.push(`${agent} ${host}`)
        return read === undefined ? { agent, power: 'off', atMs: clock.now() } : await read(agent, host, signal)
      }
    } as Fencing
  }
  const segment = segmentOf(changes)
  const question: EvidenceQuestion = { host: source, segment, confirm: segment.settings.confirm, seen: createSeen() }
  const look = async (pauseMs = 0, more: Partial<EvidenceQuestion> = {}) =>
    await clock.run(
      (async () => {
        await clock.sleep(pauseMs)
        const startMs = clock.now()
        const { evidence } = await gather(sources, { ...question, ...more })
        return { ...evidence, tookMs: clock.now() - startMs }
      })()
    )
  return { look, asked }
}

test('every source says what it saw, how it was learnt, when, and how long it might take', async () => {
  const { look } = worldOf({}, { alive: [ssh, storage], power })
  const complaints = { all: 1, uncleared: 1, newest: { source: 'aodh', current: 'alarm', ageMs: 7000 } }
  const { verdict, observations, atMs } = await look(0, { complaints })
  expect(verdict).toBe('dead')
  expect(observations.map(one => `${one.source} (${one.way}) ${one.says} ${one.timeoutMs}`)).toEqual([
    'nova (nova) down 30000',
    'ssh:22 (network) silent 3000',
    'exec:storage (beside) silent undefined',
    'power:bmc (power) down 10000',
    'signals (alarm) down undefined',
    'others (others) note 30000'
  ])
  for (const one of observations) expect(one.atMs).toBeLessThanOrEqual(atMs)
})

test('a Nova that does not answer is unknown after its time, and holds nobody else up', async () => {
  const { look } = worldOf({ hosts: never, addresses: never }, { alive: [ssh], novaTimeoutMs: 4000 })
  const { verdict, observations, tookMs } = await look()
  expect(verdict).toBe('unknown')
  expect(observations[0]).toMatchObject({ says: 'unknown', detail: "Nova can't be read: no answer within 4 s" })
  expect(tookMs).toBe(4000)
})

test('a BMC that does not answer, or refuses, is unknown, and no vote', async () => {
  const slow = worldOf({ read: async (_agent, _host, signal) => await never(signal) }, { power })
  expect(await slow.look()).toMatchObject({
    verdict: 'dead',
    observations: [{}, { says: 'unknown', detail: 'no answer within 10 s' }, {}],
    tookMs: 10_000
  })
  const refusing = worldOf(
    {
      read: async () => {
        throw new FencingError('refused', 'wrong password')
      }
    },
    { power, settings: { ...segmentOf().settings, confirm: { downMs: 20_000, timeoutMs: 120_000, sourcesMin: 2 } } }
  )
  expect(await refusing.look()).toMatchObject({
    verdict: 'unknown',
    because: expect.stringContaining('1 of the 2 independent sources')
  })
})

test('a BMC is not asked at every look, and what it said keeps its date', async () => {
  const { look, asked } = worldOf({}, { power })
  const first = await look()
  const second = await look(2000)
  expect(asked).toEqual([`bmc ${source}`])
  expect(second.observations[1]).toEqual(first.observations[1])
  await look(6000)
  expect(asked).toHaveLength(2)
})

test('a sign of life that answered a moment ago and can not be asked now forbids a verdict, until it is long ago', async () => {
  let says: 'alive' | 'unknown' = 'alive'
  const { look } = worldOf({ ask: async () => ({ says, detail: '' }) }, { alive: [ssh] })
  expect((await look()).verdict).toBe('compute-down')
  says = 'unknown'
  expect((await look(5000)).verdict).toBe('unknown')
  expect((await look(30_000)).verdict).toBe('dead')
})

test('a program beside the network that answered a moment ago forbids nothing', async () => {
  let says: 'alive' | 'unknown' = 'alive'
  const ask: Probe['ask'] = async ({ kind }) => ({ says: kind === 'exec' ? says : 'silent', detail: '' })
  const { look } = worldOf({ ask }, { alive: [ssh, storage] })
  expect((await look()).verdict).toBe('isolated')
  says = 'unknown'
  expect((await look(2000)).verdict).toBe('dead')
})

test('nobody asks for an address that no source needs', async () => {
  const addresses = async () => {
    throw new Error('it was asked for')
  }
  const plain = worldOf({ addresses }, { alive: [storage, { ...ssh, hosts: { [source]: '10.0.0.9' } }] })
  expect((await plain.look()).verdict).toBe('dead')
  const placeholder = worldOf({ addresses }, { alive: [{ ...storage, command: ['/bin/hb', '{address}'] }] })
  await expect(placeholder.look()).rejects.toThrow('it was asked for')
})

test('our own mistakes are thrown', async () => {
  const { look } = worldOf(
    {
      hosts: async () => {
        throw new TypeError('a mistake')
      }
    },
    {}
  )
  await expect(look()).rejects.toThrow('a mistake')
})
