import { expect, test } from '@jest/globals'
import type { Scenario, ScenarioEvent } from './scenario.ts'
import { simulate } from './simulate.ts'

/** A host that dies and one other event; its BMC needs a moment, so that every state lasts long enough to be met. */
function dying(event: ScenarioEvent, more: Partial<Scenario> = {}): Scenario {
  return {
    world: {
      hosts: {
        'compute-01': { servers: 4, habits: { resumeGuests: true }, bmc: { offAfterMs: 6000 } },
        'compute-02': {},
        'spare-1': { spare: true, habits: { traitLagMs: 10_000 } }
      }
    },
    events: [{ at: 5, do: 'panic', host: 'compute-01' }, { at: 10, do: 'alarm', host: 'compute-01' }, event],
    expect: {},
    ...more
  }
}

/** State in which a person switches the dead host on (its guests start again half a minute later) → how it may end. */
const comesBack: [state: string, after: number, ends: string[]][] = [
  ['confirming', 5, ['dismissed']],
  // Too late for the fence to know: it boots, is powered off again, and that is proven.
  ['fencing', 1, ['recovered', 'dismissed', 'held power']],
  ['isolating', 0, ['recovered', 'held power']],
  ['preparing', 1, ['recovered', 'held power']],
  ['moving', 2, ['recovered', 'held power']],
  ['verifying', 0, ['recovered', 'held power']],
  ['recovered', 30, ['recovered']]
]

test.each(comesBack)('a source that is switched on while %s never runs a server twice', async (state, after, ends) => {
  const run = await simulate(dying({ when: `compute-01: ${state}`, after, do: 'boot', host: 'compute-01' }))
  expect(run.log.join('\n')).toContain('* boot compute-01')
  expect({ findings: run.findings, log: run.findings.length > 0 ? run.log : [] }).toEqual({ findings: [], log: [] })
  expect(ends).toContain(run.ends['compute-01'])
})

test('a source that is switched on while its vouched recovery is held stays as the person left it', async () => {
  const scenario = dying({ when: 'compute-01: held', after: 30, do: 'boot', host: 'compute-01' })
  const hosts = { ...scenario.world.hosts, 'compute-01': { servers: 2, bmc: { mode: 'unreachable' as const } } }
  const run = await simulate({ ...scenario, world: { hosts } })
  expect(run.findings).toEqual([])
  expect(run.world.deeds.filter(deed => deed.kind === 'evacuate')).toEqual([])
  expect(['dismissed', 'held not-fenced']).toContain(run.ends['compute-01'])
})

/** State in which the operator cancels → how it ends, and whether anything may have been done to the cloud. */
const cancels: [state: string, after: number, ends: string[], evacuated: number | undefined][] = [
  ['confirming', 5, ['cancelled'], 0],
  ['planning', 0, ['cancelled'], 0],
  ['fencing', 0, ['cancelled'], 0],
  ['fencing', 3, ['cancelled'], 0],
  ['isolating', 0, ['cancelled'], 0],
  ['preparing', 2, ['cancelled'], 0],
  ['moving', 2, ['cancelled'], undefined],
  // It may be over before the word is heard.
  ['verifying', 0, ['cancelled', 'recovered'], 4]
]

test.each(cancels)(
  'a recovery that is cancelled while %s (after %i s) ends %j',
  async (state, after, ends, evacuated) => {
    const scenario = dying({ when: `compute-01: ${state}`, after, do: 'cancel', host: 'compute-01' })
    const run = await simulate({ ...scenario, segment: { settings: { evacuate: { perTarget: 2 } } } })
    expect(run.log.join('\n')).toContain('* cancel compute-01 -> accepted')
    expect({ findings: run.findings, log: run.findings.length > 0 ? run.log : [] }).toEqual({ findings: [], log: [] })
    expect(ends).toContain(run.ends['compute-01'])
    const sent = run.world.deeds.filter(deed => deed.kind === 'evacuate').length
    if (evacuated !== undefined) expect(sent).toBe(evacuated)
    // What was sent is followed to its end.
    expect(run.world.migrations.filter(record => ['accepted', 'pre-migrating'].includes(record.status))).toEqual([])
  }
)

test('a held recovery is cancelled at once, and its spare is free for others', async () => {
  const scenario = dying({ when: 'compute-01: held', after: 10, do: 'cancel', host: 'compute-01' })
  const run = await simulate({ ...scenario, segment: { armed: false } })
  expect({ findings: run.findings, ends: run.ends }).toEqual({ findings: [], ends: { 'compute-01': 'cancelled' } })
  expect(run.world.deeds).toEqual([])
})
