import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { proves } from '../../src/core/proof.ts'
import type { PowerReading } from '../../src/core/recovery.ts'

const gap = { minGapMs: 2000 }

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
