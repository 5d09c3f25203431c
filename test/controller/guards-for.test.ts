import { expect, test } from '@jest/globals'
import { guardsFor } from '../../src/controller/judgement/guards-for.ts'
import type { Drawn } from '../../src/controller/planning/planning.ts'
import type { Nodes, Ports } from '../../src/controller/ports/ports.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { CloudError } from '../../src/errors.ts'
import { hostOf, limits, nowMs, planOf, readingOf, recoveryOf, segmentOf, source } from '../core/builders.ts'
import { configOf, directoryOf, viewOf } from './builders.ts'

const drawn: Drawn = {
  plan: planOf({ one: 'spare-1' }),
  listed: [],
  reading: readingOf(hostOf(source, { state: 'down' }), hostOf('compute-02'), hostOf('compute-03')),
  aggregates: [],
  complete: true,
  foreign: 0,
  isBareMetal: false,
  policy: new Map()
}

async function ask(more: { nodes?: Nodes; recovery?: Partial<Recovery>; failures?: number } = {}) {
  const asked: unknown[] = []
  const ports = {
    policy: directoryOf(viewOf(), [configOf({ armed: true })]),
    clock: { now: () => nowMs, sleep: () => Promise.withResolvers<void>().promise },
    store: {
      arming: async () => ({ segments: {} }),
      acted: async () => [{ recovery: 'r-2', host: 'compute-03', segment: 'rack-a', actedAtMs: nowMs - 60_000 }],
      sightings: async () => ({ 'storm:rack-a': { sinceMs: 0, seenAtMs: nowMs - 1000 } }),
      failuresOf: async (...args: unknown[]) => {
        asked.push(...args)
        return more.failures ?? 0
      }
    },
    fencing: {
      read: async () => {
        asked.push('bmc')
        throw new CloudError('unreachable', 'away')
      }
    },
    ...(more.nodes === undefined ? {} : { nodes: more.nodes })
  } as unknown as Ports
  const reports = await guardsFor({ ports, recovery: recoveryOf(more.recovery) }, segmentOf(), drawn)
  return { asked, of: (guard: string) => reports.find(report => report.guard === guard)! }
}

test('failures are counted back from when the recovery was opened, and the storm is that of its segment', async () => {
  const { asked, of } = await ask({ failures: 2, recovery: { openedAtMs: 7000 } })
  expect(asked).toEqual([source, 7000 - limits.failuresWindowMs, 7000])
  expect(of('flapping')).toMatchObject({ holds: true, inputs: { failures: 2, failuresMax: 2, windowHours: 24 } })
  expect(of('storm')).toMatchObject({ holds: true, untilMs: nowMs - 1000 + limits.quietMs })
})

test('Ironic is asked where there is a way to it; where it does not answer the guard is open, and says so', async () => {
  const inMaintenance: Nodes = { maintenanceOf: async () => ({ maintenance: true, reason: 'RAM' }) }
  const away: Nodes = { maintenanceOf: () => Promise.reject(new CloudError('unreachable', 'away')) }
  expect((await ask()).of('maintenance')).toMatchObject({ holds: false, inputs: { node: 'not applicable' } })
  expect((await ask({ nodes: inMaintenance })).of('maintenance')).toMatchObject({ holds: true, releasedBy: 'person' })
  expect((await ask({ nodes: away })).of('maintenance')).toMatchObject({ holds: false, inputs: { node: 'unknown' } })
  const broken: Nodes = { maintenanceOf: () => Promise.reject(new TypeError('ours')) }
  await expect(ask({ nodes: broken })).rejects.toThrow('ours')
})

test('the BMCs of others are asked only while it is held since no BMC answers', async () => {
  expect((await ask()).asked).not.toContain('bmc')
  const hold = { code: 'guard', guard: 'bmc-network', reason: 'silent', releasedBy: 'world' } as const
  const { asked, of } = await ask({ recovery: { phase: { state: 'held', from: 'fencing', fencing: source, hold } } })
  expect(asked).toContain('bmc')
  expect(of('bmc-network')).toMatchObject({ holds: true, inputs: { silent: ['compute-02', 'compute-03'] } })
})

test('what has begun to act within the hour is counted with its limits before a place is asked for', async () => {
  expect((await ask()).of('recoveries-per-hour')).toMatchObject({
    holds: true,
    reason: '1 of at most 1 recoveries of segment rack-a have acted in the last 60 min (compute-03)',
    untilMs: nowMs + 3_540_000,
    inputs: { segment: 1, segmentMax: 1, cloud: 1, cloudMax: expect.any(Number) }
  })
  expect((await ask({ recovery: { id: 'r-2' } })).of('recoveries-per-hour')).toMatchObject({ holds: false })
  expect((await ask({ recovery: { origin: 'target' } })).of('recoveries-per-hour')).toBeUndefined()
})
