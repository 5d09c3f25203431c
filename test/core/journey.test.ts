import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fenceBegun } from '../../src/core/holding.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { hasEnded } from '../../src/core/recovery.ts'
import type { RecoveryEvent } from '../../src/core/recovery-event.ts'
import { transition } from '../../src/core/transition.ts'
import { listedOf, nowMs, recoveryOf, source } from './builders.ts'
import { events, situations, variants } from './situations.ts'

type Stimulus = RecoveryEvent | { readonly type: 'powerOffIntended' }

const lists = fc
  .uniqueArray(fc.constantFrom('one', 'two', 'three'), { maxLength: 3 })
  .chain(ids =>
    fc.tuple(...ids.map(id => fc.constantFrom('active', 'stopped', 'error').map(vmState => listedOf(id, vmState))))
  )
const anyEvent: fc.Arbitrary<Stimulus> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Stimulus>(...Object.values({ ...events, ...variants })) },
  { weight: 1, arbitrary: lists.map(servers => ({ ...events.isolated, servers })) },
  { weight: 1, arbitrary: lists.map(servers => ({ ...events.lateServers, servers })) },
  { weight: 1, arbitrary: fc.constant<Stimulus>({ type: 'powerOffIntended' }) }
)
/** Walks that go somewhere: what means nothing in a state is passed over. */
const walks = fc.record({
  start: fc.oneof(fc.constant(recoveryOf()), fc.constantFrom(...Object.values(situations))),
  stimuli: fc.array(anyEvent, { maxLength: 60 })
})

interface Taken {
  readonly before: Recovery
  readonly event: RecoveryEvent
  readonly after: Recovery
}

/** The transitions of a walk. The intent is written by the fencing activity, not by a transition. */
function walk(start: Recovery, stimuli: readonly Stimulus[]): Taken[] {
  const taken: Taken[] = []
  let recovery = start
  let atMs = nowMs
  for (const event of stimuli) {
    atMs += 1000
    if (event.type === 'powerOffIntended') {
      if (recovery.phase.state === 'fencing')
        recovery = { ...recovery, fenceIntents: { [recovery.phase.host]: atMs, ...recovery.fenceIntents } }
      continue
    }
    const after = transition(recovery, event, atMs)
    if (after === undefined) continue
    taken.push({ before: recovery, event, after })
    recovery = after
  }
  return taken
}

/** Checks `law` on each transition of many walks. */
function always(law: (taken: Taken) => void): void {
  fc.assert(
    fc.property(walks, ({ start, stimuli }) => {
      for (const taken of walk(start, stimuli)) law(taken)
    }),
    { numRuns: 400 }
  )
}

test('the walks reach every state', () => {
  const many = fc.sample(fc.array(anyEvent, { minLength: 60, maxLength: 60 }), { numRuns: 1000, seed: 1 })
  const seen = new Set(many.flatMap(stimuli => walk(recoveryOf(), stimuli).map(({ after }) => after.phase.state)))
  seen.add('confirming')
  expect([...seen].toSorted()).toEqual([...new Set(Object.values(situations).map(one => one.phase.state))].toSorted())
})

test('an ended recovery never changes', () => {
  always(({ before }) => {
    expect(hasEnded(before)).toBe(false)
  })
})

test('a proof disappears only when the failed host was seen on again', () => {
  always(({ before, event, after }) => {
    const lost = Object.keys(before.proofs).filter(host => after.proofs[host] === undefined)
    expect(lost).toEqual(event.type === 'sourceCameOn' && before.proofs[source] !== undefined ? [source] : [])
  })
})

test('nothing is isolated, prepared, moved or verified without a proof that the failed host is off', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 80 }), stimuli => {
      for (const { after } of walk(recoveryOf(), stimuli))
        if (['isolating', 'preparing', 'moving'].includes(after.phase.state)) expect(after.proofs[source]).toBeDefined()
    }),
    { numRuns: 400 }
  )
})

test('servers are prepared for and moved only under our isolation', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 80 }), stimuli => {
      for (const { after } of walk(recoveryOf(), stimuli))
        if (['preparing', 'moving'].includes(after.phase.state) && after.cancelling === undefined)
          expect(after.isolation).toBeDefined()
    }),
    { numRuns: 400 }
  )
})

test('before the intent to power off a cancel ends at once, after it never at once', () => {
  always(({ before, event, after }) => {
    if (event.type !== 'cancelAsked') return
    if (fenceBegun(before)) {
      expect(hasEnded(after)).toBe(false)
      expect(after.cancelling).toEqual({ by: event.by, reason: event.reason })
    } else expect(after.phase).toEqual({ state: 'cancelled', reason: `${event.by}: ${event.reason}` })
  })
})

test('once it is being cancelled it stays so', () => {
  always(({ before, after }) => {
    if (before.cancelling !== undefined) expect(after.cancelling).toBeDefined()
  })
})

test('what a server was is never overwritten, and no server is forgotten', () => {
  always(({ before, after }) => {
    for (const server of before.servers) expect(after.servers).toContainEqual(server)
    const ids = after.servers.map(server => server.id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

test('the intent to power off, the frozen settings and the origin never change', () => {
  always(({ before, after }) => {
    for (const key of ['id', 'host', 'segment', 'origin', 'settings', 'fenceIntents', 'openedAtMs', 'chain'] as const)
      expect(after[key]).toBe(before[key])
  })
})

test('a hold always says why and who may release it', () => {
  always(({ after }) => {
    if (after.phase.state !== 'held') return
    expect(after.phase.hold.reason).not.toBe('')
    expect(['person', 'world']).toContain(after.phase.hold.releasedBy)
  })
})

test('only a host that came on again is fenced a second time', () => {
  always(({ before, event, after }) => {
    if (after.phase.state !== 'fencing' || after.phase.host !== source) return
    if (before.proofs[source] !== undefined && before.phase.state !== 'held') expect(event.type).toBe('sourceCameOn')
  })
})
