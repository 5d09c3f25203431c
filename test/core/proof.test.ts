import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { agentsBehind, allProve, fencedProof, proves, spokenAtMs } from '../../src/core/proof.ts'
import type { PowerReading } from '../../src/core/recovery.ts'

const gap = { minGapMs: 2000, sinceMs: Number.NEGATIVE_INFINITY }

function reading(power: PowerReading['power'], atMs: number, more: Partial<PowerReading> = {}): PowerReading {
  return { agent: 'bmc', method: 'redfish', identity: 'SN-1', power, atMs, ...more }
}

test('two readings of off, two seconds apart, prove that a machine is off', () => {
  expect(proves([reading('off', 0), reading('off', 2000)], gap)).toBe(true)
  expect(proves([reading('on', 0), reading('changing', 1000), reading('off', 2000), reading('off', 4000)], gap)).toBe(
    true
  )
})

test('one reading, or two too close together, prove nothing', () => {
  expect(proves([], gap)).toBe(false)
  expect(proves([reading('off', 0)], gap)).toBe(false)
  expect(proves([reading('off', 0), reading('off', 1999)], gap)).toBe(false)
})

test.each([
  ['power on in between', [reading('off', 0), reading('on', 1000), reading('off', 3000)]],
  ['a change in between', [reading('off', 0), reading('changing', 1000), reading('off', 3000)]],
  ['power on afterwards', [reading('off', 0), reading('off', 3000), reading('on', 4000)]],
  ['another machine', [reading('off', 0), reading('off', 3000, { identity: 'SN-2' })]],
  ['another BMC', [reading('off', 0), reading('off', 3000, { agent: 'pdu' })]],
  ['another BMC in between', [reading('off', 0), reading('off', 1000, { agent: 'pdu' }), reading('off', 3000)]],
  ['a clock that was set back', [reading('off', 5000), reading('off', 0), reading('off', 1000)]]
])('%s breaks the proof', (_, readings) => {
  expect(proves(readings, gap)).toBe(false)
})

const readings = fc.array(
  fc.record({
    agent: fc.constantFrom('bmc', 'pdu'),
    method: fc.constant('redfish' as const),
    identity: fc.constantFrom('SN-1', 'SN-2'),
    power: fc.constantFrom<PowerReading['power'][]>('on', 'off', 'off', 'off', 'changing'),
    atMs: fc.nat(10_000)
  }),
  { maxLength: 8 }
)
const inOrder = readings.map(list => list.toSorted((one, other) => one.atMs - other.atMs))

test('whatever is proven rests on two readings of off by the same, far enough apart, with only such ones from there on', () => {
  fc.assert(
    fc.property(readings, list => {
      const last = list.at(-1)
      const isFounded = list.some((first, index) => {
        const rest = list.slice(index)
        const same = rest.every(
          one => one.power === 'off' && one.agent === first.agent && one.identity === first.identity
        )
        return same && last !== undefined && last.atMs - first.atMs >= gap.minGapMs
      })
      if (proves(list, gap)) expect(isFounded).toBe(true)
    })
  )
})

test('readings in order that fulfil the definition are a proof', () => {
  fc.assert(
    fc.property(inOrder, fc.nat(5000), (before, extraMs) => {
      const start = (before.at(-1)?.atMs ?? 0) + 1
      expect(proves([...before, reading('off', start), reading('off', start + 2000 + extraMs)], gap)).toBe(true)
    })
  )
})

test('a last reading that is not off leaves no proof, and what came before an on does not matter', () => {
  fc.assert(
    fc.property(inOrder, inOrder, (before, after) => {
      expect(proves([...before, reading('on', 10_001)], gap)).toBe(false)
      const later = after.map(one => ({ ...one, atMs: one.atMs + 20_000 }))
      expect(proves([...before, reading('on', 10_001), ...later], gap)).toBe(proves(later, gap))
    })
  )
})

const feed = (agent: string, power: PowerReading['power'], atMs: number, more: Partial<PowerReading> = {}) =>
  reading(power, atMs, { agent, ...more })
const feeds = ['feed-a', 'feed-b']
const bothOff = (atMs: number) => feeds.map(agent => feed(agent, 'off', atMs))

test('redundant feeds prove it together: each off twice, over one moment', () => {
  expect(allProve(feeds, [...bothOff(0), ...bothOff(2000)], gap)).toBe(true)
  expect(allProve(['feed-a'], [...bothOff(0), ...bothOff(2000)], gap)).toBe(true)
})

test('the last word of each feed has to be young enough: a slow one makes that of a fast one old', () => {
  const readings = [...bothOff(0), feed('feed-a', 'off', 2000), feed('feed-b', 'off', 9000)]
  expect(allProve(feeds, readings, { minGapMs: 2000, sinceMs: 2000 })).toBe(true)
  expect(allProve(feeds, readings, { minGapMs: 2000, sinceMs: 2001 })).toBe(false)
  expect(spokenAtMs(readings)).toBe(2000)
})

test.each([
  ['one was never read', [feed('feed-a', 'off', 0), feed('feed-a', 'off', 2000)]],
  ['one was read once', [...bothOff(0), feed('feed-a', 'off', 2000)]],
  ['one was on in between', [...bothOff(0), feed('feed-a', 'on', 1000), ...bothOff(2000)]],
  ['one is on at last', [...bothOff(0), ...bothOff(2000), feed('feed-b', 'on', 2100)]],
  [
    'one was off before the other',
    [feed('feed-a', 'off', 0), feed('feed-a', 'off', 2000), feed('feed-b', 'off', 2100), feed('feed-b', 'off', 4200)]
  ],
  [
    'one only remembers',
    [...bothOff(0), feed('feed-a', 'off', 2000), feed('feed-b', 'off', 2000, { isHearsay: true })]
  ],
  ['nobody is asked', []]
])('redundant feeds prove nothing when %s', (_, readings) => {
  expect(allProve(readings.length === 0 ? [] : feeds, readings, gap)).toBe(false)
})

test('hearsay of an off is passed over, hearsay of anything else begins anew', () => {
  const heard = (power: PowerReading['power']) => reading(power, 1000, { isHearsay: true })
  expect(proves([reading('off', 0), heard('off'), reading('off', 2000)], gap)).toBe(true)
  expect(proves([heard('off'), reading('off', 2000), reading('off', 3000)], gap)).toBe(false)
  expect(proves([reading('off', 0), heard('on'), reading('off', 2000)], gap)).toBe(false)
})

test('several agents prove it only if each of them does alone', () => {
  fc.assert(
    fc.property(inOrder, readings => {
      const proven = allProve(['bmc', 'pdu'], readings, gap)
      const alone = ['bmc', 'pdu'].map(agent =>
        proves(
          readings.filter(one => one.agent === agent),
          gap
        )
      )
      if (proven) expect(alone).toEqual([true, true])
      expect(
        allProve(
          ['bmc'],
          readings.filter(one => one.agent === 'bmc'),
          gap
        )
      ).toBe(alone[0])
    })
  )
})

test('what is written down has two readings of each and says whose machine each found', () => {
  const early = feeds.map(agent => feed(agent, 'on', 0))
  const proof = fencedProof(feeds, [...early, ...bothOff(5000), ...bothOff(7000)], 7100)
  expect(proof).toEqual({
    kind: 'fenced',
    agents: feeds.map(agent => ({ agent, method: 'redfish', identity: 'SN-1' })),
    readings: feeds.flatMap(agent => [feed(agent, 'off', 5000), feed(agent, 'off', 7000)]),
    atMs: 7100
  })
  expect(agentsBehind(proof)).toEqual(feeds)
})
