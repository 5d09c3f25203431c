import { expect, test } from '@jest/globals'
import type { Fault } from './faults.ts'
import { readScenario } from './scenario.ts'
import { simulate } from './simulate.ts'

const changes = new Set([
  'cloud.isolate',
  'cloud.enable',
  'cloud.disable',
  'cloud.addToAggregate',
  'cloud.evacuate',
  'cloud.resetToError',
  'cloud.start',
  'cloud.stop',
  'fencing.powerOff',
  'alarms.rearm',
  'store.write',
  'store.receive',
  'store.reserveTarget',
  'store.admit'
])

const scenario = readScenario('plain-recovery')
const plain = await simulate(scenario)

/** Reads that a poll repeats again and again are struck once per method and change of state; `CRASHES=all` strikes them all. */
const calls = process.env.CRASHES === 'all' ? plain.calls.map((_, index) => index + 1) : tellingCalls()

test.each(calls.map((nth): [number, string] => [nth, plain.calls[nth - 1] ?? '']))(
  'a crash before or after call %i (%s) of the plain recovery is survived',
  async (nth: number) => {
    for (const kind of ['crashBefore', 'crashAfter'] as const) {
      const fault: Fault = { on: '*', nth, do: kind }
      const { findings, ends, world, log } = await simulate(scenario, [fault])
      expect({ kind, findings, ends, log: findings.length > 0 ? log : [] }).toEqual({
        kind,
        findings: [],
        ends: { 'compute-01': 'recovered' },
        log: []
      })
      const evacuated = world.deeds.filter(deed => deed.kind === 'evacuate').map(deed => deed.on)
      expect([...new Set(evacuated)]).toEqual(evacuated)
      expect(world.deeds.filter(deed => deed.kind === 'isolate')).toHaveLength(1)
      expect(log.join('\n')).toContain('the service dies')
    }
  },
  60_000
)

/** Every write and every command; of the reads the first three of each kind and the last. */
function tellingCalls(): number[] {
  const seen = new Map<string, number>()
  const telling = new Set<number>()
  for (const [index, name] of plain.calls.entries()) {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    if (count <= 3 || changes.has(name)) telling.add(index + 1)
  }
  for (const name of seen.keys()) telling.add(plain.calls.lastIndexOf(name) + 1)
  return [...telling].sort((a, b) => a - b)
}
