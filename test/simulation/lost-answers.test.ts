import { expect, test } from '@jest/globals'
import { readScenario } from './scenario.ts'
import { simulate } from './simulate.ts'

const scenario = readScenario('plain-recovery')
const plain = await simulate(scenario)

/** Method → how often the plain recovery calls it. */
const counts = new Map<string, number>()
for (const call of plain.calls) counts.set(call, (counts.get(call) ?? 0) + 1)
const methods = [...counts].filter(([name]) => !name.startsWith('probe.') && name !== 'store.receive')

/** The first, the middle one and the last. */
function tellingNths(count: number): number[] {
  return [...new Set([1, Math.ceil(count / 2), count])]
}

test.each(methods)(
  '%s may fail before or after its effect, or hang, and every server still moves once',
  async (method, count) => {
    for (const nth of tellingNths(count)) {
      for (const kind of ['errorBefore', 'errorAfter', 'hang'] as const) {
        const { findings, ends, world, log } = await simulate(scenario, [{ on: method, nth, do: kind, ms: 8000 }])
        expect({ nth, kind, findings, ends, log: ends['compute-01'] === 'recovered' ? [] : log }).toEqual({
          nth,
          kind,
          findings: [],
          ends: { 'compute-01': 'recovered' },
          log: []
        })
        const evacuated = world.deeds.filter(deed => deed.kind === 'evacuate').map(deed => deed.on)
        expect({ nth, kind, twice: evacuated.filter((id, index) => evacuated.indexOf(id) !== index) }).toEqual({
          nth,
          kind,
          twice: []
        })
      }
    }
  }
)
