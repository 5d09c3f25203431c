import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Amounts, ServerGroup } from '../../src/core/inventory.ts'
import type { Plan, PlanQuestion } from '../../src/core/plan.ts'
import { makePlan } from '../../src/core/plan.ts'
import { fitsInto, subtract } from '../../src/core/room.ts'
import { candidateOf, questionOf, serverOf, settings } from './builders.ts'

const hosts = ['s1', 's2', 's3', 's4']
const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const amounts = fc.record({ VCPU: fc.integer({ min: 0, max: 4 }), MEMORY_MB: fc.integer({ min: 0, max: 8 }) })
const states = fc.constantFrom('active', 'active', 'active', 'stopped', 'error', 'paused', 'building', 'resized')
const servers = fc.array(
  fc.record({
    flavorNeed: amounts,
    vmState: states,
    picky: fc.boolean(),
    deleting: fc.constantFrom(false, false, true)
  }),
  { maxLength: ids.length }
)
const rooms = fc.array(
  fc.record({
    VCPU: fc.integer({ min: -2, max: 12 }),
    MEMORY_MB: fc.integer({ min: -2, max: 24 }),
    traits: fc.subarray(['FAST'])
  }),
  { maxLength: hosts.length }
)
const group = fc.record({
  members: fc.subarray(ids),
  maxPerHost: fc.integer({ min: 1, max: 2 }),
  elsewhere: fc.constantFrom(...hosts)
})

const decisions = fc.record({
  then: fc.constantFrom('move' as const, 'move' as const, 'leave' as const, 'leaveStopped' as const),
  priority: fc.integer({ min: 1, max: 10 }),
  rule: fc.constant('mine')
})

const questions: fc.Arbitrary<PlanQuestion> = fc
  .record({
    servers,
    rooms,
    group,
    pools: fc.constantFrom(1, 2),
    spread: fc.constantFrom('fewest' as const, 'fastest' as const),
    pinned: fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(...hosts), { maxKeys: 2 }),
    blocked: fc.subarray(ids, { maxLength: 2 }),
    doubled: fc.subarray(ids, { maxLength: 2 }),
    policy: fc.dictionary(fc.constantFrom(...ids), decisions, { maxKeys: 4 })
  })
  .map(drawn => {
    const all = drawn.servers.map(({ picky, deleting, ...server }, index) =>
      serverOf(ids[index]!, {
        ...server,
        extraSpecs: picky ? { 'trait:FAST': 'required' } : {},
        ...(deleting ? { taskState: 'deleting' } : {})
      })
    )
    const candidates = drawn.rooms.map(({ traits, ...free }, index) =>
      candidateOf(hosts[index]!, { free, maxUnit: { VCPU: 3, MEMORY_MB: 7 }, traits })
    )
    const half = Math.ceil(candidates.length / drawn.pools)
    const groups: ServerGroup[] = [
      {
        id: 'group-1',
        policy: 'anti-affinity',
        maxPerHost: drawn.group.maxPerHost,
        members: [...drawn.group.members, 'out']
      }
    ]
    return questionOf({
      servers: all,
      groups,
      elsewhere: new Map([['out', drawn.group.elsewhere]]),
      pools: drawn.pools === 1 ? [candidates] : [candidates.slice(0, half), candidates.slice(half)],
      needs: new Map(drawn.doubled.map(id => [id, { VCPU: 2, MEMORY_MB: 6 }])),
      pinned: new Map(Object.entries(drawn.pinned)),
      blocked: new Map(drawn.blocked.map(id => [id, 'look first'])),
      policy: new Map(Object.entries(drawn.policy)),
      settings: { ...settings, evacuate: { ...settings.evacuate, spread: drawn.spread } }
    })
  })

function law(check: (plan: Plan, question: PlanQuestion) => void): void {
  fc.assert(
    fc.property(questions, question => check(makePlan(question), question)),
    { numRuns: 500 }
  )
}

function roomOf(question: PlanQuestion, host: string) {
  return question.pools.flat().find(candidate => candidate.room.host === host)!.room
}

test('every server is in the plan once: it moves, or it stays with a reason', () => {
  law((plan, { servers: all }) => {
    const told = [...plan.moves, ...plan.staying].map(one => one.server)
    expect(told.toSorted()).toEqual(all.map(server => server.id).toSorted())
    for (const stay of plan.staying) expect(stay.reason).not.toBe('')
  })
})

test('the order of servers and candidates does not matter, and the same question has the same answer', () => {
  law((plan, question) => {
    const turned: PlanQuestion = {
      ...question,
      servers: question.servers.toReversed(),
      pools: question.pools.map(pool => pool.toReversed())
    }
    const again = makePlan(turned)
    expect(again.hash).toBe(plan.hash)
    expect(again.moves).toEqual(plan.moves)
    expect(again.targets).toEqual(plan.targets)
    expect(again.refused).toEqual(plan.refused)
    expect(makePlan(question)).toEqual(plan)
  })
})

test('no target gets more than its room, nor one server more than the largest part that it gives', () => {
  law((plan, question) => {
    for (const host of plan.targets) {
      const needs = plan.moves.filter(move => move.target === host).map(move => move.need)
      let free: Amounts = roomOf(question, host).free
      for (const need of needs) {
        expect(fitsInto(need, { ...roomOf(question, host), free })).toBeUndefined()
        free = subtract(free, need)
      }
    }
  })
})

test('what Placement holds for a server counts, not its flavor', () => {
  law((plan, question) => {
    for (const move of plan.moves) {
      const server = question.servers.find(one => one.id === move.server)!
      expect(move.need).toEqual(question.needs.get(move.server) ?? server.flavorNeed)
    }
  })
})

test('no host gets more members of an anti-affinity group than the group allows', () => {
  law((plan, { groups, elsewhere }) => {
    const [one] = groups
    for (const host of plan.targets) {
      const placed = plan.moves.filter(move => move.target === host && one!.members.includes(move.server))
      const there = [...elsewhere.values()].filter(at => at === host).length
      if (placed.length > 0) expect(placed.length + there).toBeLessThanOrEqual(one!.maxPerHost)
      for (const move of placed) expect(move.group).toBe('group-1')
    }
  })
})

test('a pinned server goes to its pin only, and a blocked one nowhere', () => {
  law((plan, { pinned, blocked }) => {
    for (const move of plan.moves) {
      expect(pinned.get(move.server) ?? move.target).toBe(move.target)
      expect(blocked.has(move.server)).toBe(false)
    }
    for (const stay of plan.staying.filter(one => one.because === 'person')) expect(stay.reason).toBe('look first')
  })
})

test('targets are of one pool, have the traits asked for, and are never refused as well', () => {
  law((plan, question) => {
    const pools = question.pools.filter(pool => pool.some(one => plan.targets.includes(one.room.host)))
    expect(pools.length).toBeLessThanOrEqual(1)
    expect(Object.keys(plan.refused).filter(host => plan.targets.includes(host))).toEqual([])
    for (const move of plan.moves) {
      const server = question.servers.find(one => one.id === move.server)!
      if (server.extraSpecs['trait:FAST'] !== undefined) expect(roomOf(question, move.target).traits).toContain('FAST')
    }
  })
})

test('a change of who goes where, or of who stays, changes the hash', () => {
  law((plan, question) => {
    const first = plan.moves[0]
    if (first === undefined) return
    const less = makePlan({ ...question, blocked: new Map([...question.blocked, [first.server, 'look first']]) })
    expect(less.hash).not.toBe(plan.hash)
  })
})

test('whom an instance rule leaves stays, whatever else is said of it, unless it is leaving by itself', () => {
  law((plan, { policy, servers: all }) => {
    for (const { id } of all) {
      const stay = plan.staying.find(one => one.server === id)
      if (policy.get(id)?.then === 'leave') expect(['policy', 'leaving']).toContain(stay?.because)
      else expect(stay?.because).not.toBe('policy')
    }
  })
})

test('moves come by priority, those of one priority the largest first, and say what the rules say', () => {
  law((plan, { policy }) => {
    const key = ({ server, need }: Plan['moves'][number]) => [policy.get(server)?.priority ?? 5, -(need.MEMORY_MB ?? 0)]
    const keys = plan.moves.map(key)
    expect(keys).toEqual(keys.toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!))
    for (const move of plan.moves) expect(move.policy).toEqual(policy.get(move.server))
  })
})

test('where there is too little room, those of the first priority get it', () => {
  const free = { VCPU: 4, MEMORY_MB: 4096 }
  const decision = (priority: number) => ({ then: 'move', priority, rule: 'r' }) as const
  const plan = makePlan(
    questionOf({
      servers: [serverOf('big', { flavorNeed: { MEMORY_MB: 4096 } }), serverOf('first'), serverOf('last')],
      pools: [[candidateOf('spare-1', { free })]],
      policy: new Map([
        ['first', decision(1)],
        ['last', decision(10)]
      ])
    })
  )
  expect(plan.moves.map(({ server }) => server)).toEqual(['first', 'last'])
  expect(plan.staying).toMatchObject([{ server: 'big', because: 'room' }])
})

test('a server that is to be stopped where it arrives makes another plan', () => {
  const hashWith = (then: 'move' | 'leaveStopped') =>
    makePlan(questionOf({ servers: [serverOf('a')], policy: new Map([['a', { then, priority: 5, rule: 'r' }]]) })).hash
  expect(hashWith('leaveStopped')).not.toBe(hashWith('move'))
})
