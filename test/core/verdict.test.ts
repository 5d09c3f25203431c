import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Observation, VerdictQuestion } from '../../src/core/verdict.ts'
import { judge } from '../../src/core/verdict.ts'
import { hostOf, nowMs, source } from './builders.ts'

const downMs = 20_000
const old = nowMs - 60_000

function look(
  host: Parameters<typeof hostOf>[1] | undefined,
  alive: readonly Observation[] = [],
  more: Partial<VerdictQuestion['nova']> = {}
): VerdictQuestion {
  return {
    nova: { host: host && hostOf(source, host), atMs: nowMs, reportsSeen: 0, ...more },
    alive,
    downMs
  }
}

function heard(kind: string, says: Observation['says']): Observation {
  return { source: kind, says, detail: `${kind} says ${says}` }
}

const down = { state: 'down', reportedAtMs: old } as const

test.each<[string, VerdictQuestion, string]>([
  ['down for long enough, and no other source', look(down), 'dead'],
  ['down for exactly long enough', look({ state: 'down', reportedAtMs: nowMs - downMs }), 'dead'],
  ['down, but its report is young', look({ state: 'down', reportedAtMs: nowMs - downMs + 1 }), 'unknown'],
  ['Nova can not be read', look(undefined, [], { error: '503' }), 'unknown'],
  [
    'Nova can not be read, and all else is silent',
    look(undefined, [heard('ssh:22', 'silent')], { error: '503' }),
    'unknown'
  ],
  ['Nova knows no such host', look(undefined), 'unknown'],
  ['its cell can not be read', look({ status: 'unknown', state: 'unknown', reportedAtMs: old }), 'unknown'],
  ['it has never reported', { ...look(down), nova: { ...look(down).nova, host: neverReported() } }, 'unknown'],
  ['Nova still calls it up, and nothing new came', look({ reportedAtMs: nowMs - 5000 }), 'unknown'],
  ['Nova still calls it up though its report is old', look({ reportedAtMs: old }), 'unknown'],
  ['it is up and reports again', look({ reportedAtMs: nowMs - 3000 }, [], { reportsSeen: 2 }), 'healthy'],
  [
    'it is up, and its date moved once, as any change moves it',
    look({ reportedAtMs: nowMs - 3000 }, [], { reportsSeen: 1 }),
    'unknown'
  ],
  ['forced down, but its reports move on by themselves', look(forced(nowMs - 3000), [], { reportsSeen: 2 }), 'healthy'],
  [
    'forced down, and its date moved once, as any change moves it',
    look(forced(nowMs - 3000), [], { reportsSeen: 1 }),
    'unknown'
  ],
  ['forced down with a young report that has not moved', look(forced(nowMs - 3000)), 'unknown'],
  ['forced down at the first look, its report young', look(forced(nowMs), [], { reportsSeen: 0 }), 'unknown'],
  ['forced down, and silent for long enough', look(forced(old)), 'dead'],
  // What a site asks for may be less than the time between two reports.
  ['forced down, and between two reports', { ...look(forced(nowMs - 8000)), downMs: 5000 }, 'unknown'],
  [
    'forced down, between two reports, and others came before',
    { ...look(forced(nowMs - 8000), [], { reportsSeen: 2 }), downMs: 5000 },
    'healthy'
  ],
  ['reports moved on, but long ago', look(down, [], { reportsSeen: 3 }), 'dead'],
  ['down, and ssh greets', look(down, [heard('ssh:22', 'alive')]), 'compute-down'],
  [
    'down, ssh silent, and another port is open',
    look(down, [heard('ssh:22', 'silent'), heard('tcp:16509', 'alive')]),
    'compute-down'
  ],
  [
    'down, and ssh can not be asked any more, which answered a moment ago',
    { ...look(down, [heard('ssh:22', 'unknown')]), answered: 'ssh:22' },
    'unknown'
  ],
  ['down, and ssh can not be asked', look(down, [heard('ssh:22', 'unknown')]), 'dead'],
  ['down, and the kernel accepts but says nothing', look(down, [heard('ssh:22', 'silent')]), 'dead'],
  [
    'its report is young, and ssh is silent',
    look({ state: 'down', reportedAtMs: nowMs }, [heard('ssh:22', 'silent')]),
    'unknown'
  ],
  ['up in Nova, and ssh is silent', look({ reportedAtMs: nowMs }, [heard('ssh:22', 'silent')]), 'unknown']
])('%s', (_, question, verdict) => {
  expect(judge(question).verdict).toBe(verdict)
})

function neverReported() {
  const { reportedAtMs: _, ...host } = hostOf(source, { state: 'down' })
  return host
}

function forced(reportedAtMs: number) {
  return { state: 'down', forcedDown: true, status: 'disabled', reportedAtMs } as const
}

const observations = fc.array(
  fc.record({
    source: fc.constantFrom('ssh:22', 'tcp:16509'),
    says: fc.constantFrom('alive' as const, 'silent' as const, 'unknown' as const),
    detail: fc.constant('told')
  }),
  { maxLength: 3 }
)
const views = fc.record({
  state: fc.constantFrom('up' as const, 'down' as const, 'unknown' as const),
  status: fc.constantFrom('enabled' as const, 'disabled' as const),
  forcedDown: fc.boolean(),
  reportedAtMs: fc.integer({ min: nowMs - 60_000, max: nowMs + 5000 })
})
const reportCounts = fc.nat(3)

test('dead is said only of a host that Nova itself calls down, is old, and that nothing was heard from', () => {
  fc.assert(
    fc.property(views, observations, reportCounts, (host, alive, reportsSeen) => {
      if (judge(look(host, alive, { reportsSeen })).verdict !== 'dead') return
      expect(host.state === 'down' || host.forcedDown).toBe(true)
      expect(host.state).not.toBe('unknown')
      expect(nowMs - host.reportedAtMs).toBeGreaterThanOrEqual(downMs)
      expect(alive.map(one => one.says)).not.toContain('alive')
    })
  )
})

test('what could not be asked never changes the verdict', () => {
  fc.assert(
    fc.property(views, observations, reportCounts, (host, alive, reportsSeen) => {
      const known = alive.filter(one => one.says !== 'unknown')
      expect(judge(look(host, alive, { reportsSeen })).verdict).toBe(judge(look(host, known, { reportsSeen })).verdict)
    })
  )
})

test('healthy needs a report that moved on since the first look', () => {
  fc.assert(
    fc.property(views, observations, reportCounts, (host, alive, reportsSeen) => {
      if (judge(look(host, alive, { reportsSeen })).verdict !== 'healthy') return
      expect(reportsSeen).toBeGreaterThan(host.forcedDown ? 1 : 0)
    })
  )
})

test('the verdict names every source and says why', () => {
  const evidence = judge(look(down, [heard('ssh:22', 'silent'), heard('tcp:16509', 'unknown')]))
  expect(evidence.because).toBe('nova-compute is down: its last report is 60 s old, and ssh:22 is silent')
  expect(evidence.observations.map(one => `${one.source} ${one.says}`)).toEqual([
    'nova down',
    'ssh:22 silent',
    'tcp:16509 unknown'
  ])
})

// Any PUT on the service moves updated_at once
// (so it does when an operator disables a dead host while we look), and Nova's state follows real reports at once.
test('a date that moved while Nova goes on calling the host down is no sign of life (rules 3 and 6)', () => {
  const touched = look({ state: 'down', status: 'disabled', reportedAtMs: nowMs - 3000 }, [], { reportsSeen: 1 })
  expect(judge(touched).verdict).not.toBe('healthy')
})
