import { expect, test } from '@jest/globals'
import type { ServerGroup } from '../../src/core/inventory.ts'
import type { Plan, PlanQuestion } from '../../src/core/plan.ts'
import { makePlan } from '../../src/core/plan.ts'
import { candidateOf, questionOf, serverOf, settings } from './builders.ts'

function small(host: string, memory: number, traits: readonly string[] = []) {
  return candidateOf(host, { free: { VCPU: 64, MEMORY_MB: memory }, maxUnit: {}, traits })
}

function sized(id: string, memory: number) {
  return serverOf(id, { flavorNeed: { MEMORY_MB: memory } })
}

function targetsOf(plan: Plan): Record<string, string> {
  return Object.fromEntries(plan.moves.map(move => [move.server, move.target]))
}

function spread(how: 'fewest' | 'fastest', changes: Partial<PlanQuestion>): Plan {
  return makePlan(
    questionOf({ ...changes, settings: { ...settings, evacuate: { ...settings.evacuate, spread: how } } })
  )
}

test('the tightest spare that takes all is taken, so that the roomiest stays for a bigger host', () => {
  const plan = spread('fewest', {
    servers: [sized('a', 2), sized('b', 2)],
    pools: [[small('big', 99), small('tight', 4), small('less', 3)]]
  })
  expect(targetsOf(plan)).toEqual({ a: 'tight', b: 'tight' })
  expect(plan.refused.big).toBe('not needed: another target takes all servers')
})

test('what no single spare takes goes to as few as possible, the biggest servers first', () => {
  const plan = spread('fewest', {
    servers: [sized('a', 1), sized('b', 4), sized('c', 5)],
    pools: [[small('s1', 3), small('s2', 6), small('s3', 5)]]
  })
  expect(targetsOf(plan)).toEqual({ c: 's2', b: 's3', a: 's2' })
  expect(plan.staying).toEqual([])
})

test('fastest spreads over all spares that fit', () => {
  const plan = spread('fastest', {
    servers: ['a', 'b', 'c', 'd'].map(id => sized(id, 1)),
    pools: [[small('s1', 9), small('s2', 9)]]
  })
  expect(plan.moves.filter(move => move.target === 's1')).toHaveLength(2)
  expect(plan.estimatedSeconds).toBe(10)
})

test('the first pool that takes all is used, else the one that takes most', () => {
  const servers = [sized('a', 2), sized('b', 2)]
  expect(makePlan(questionOf({ servers, pools: [[small('p1', 2)], [small('p2', 4)]] })).targets).toEqual(['p2'])
  expect(makePlan(questionOf({ servers, pools: [[small('p1', 4)], [small('p2', 4)]] })).targets).toEqual(['p1'])
  const none = makePlan(questionOf({ servers, pools: [[small('p1', 2)], [small('p2', 1)]] }))
  expect(none.targets).toEqual(['p1'])
  expect(none.staying.map(stay => stay.because)).toEqual(['room'])
})

test('no target at all: every server says so', () => {
  const plan = makePlan(questionOf({ servers: [sized('a', 2)], pools: [] }))
  expect(plan).toMatchObject({ moves: [], targets: [], estimatedSeconds: 0 })
  expect(plan.staying[0]?.reason).toBe('there is no target to choose from')
})

test('each target that is refused says why, in figures', () => {
  const plan = makePlan(
    questionOf({
      servers: [sized('a', 8)],
      pools: [[small('s1', 3), candidateOf('s2', { maxUnit: { MEMORY_MB: 4 } }), candidateOf('s3', { free: {} })]],
      unfit: { s4: 'Nova calls it down' }
    })
  )
  expect(plan.staying[0]?.reason.split('; ').toSorted()).toEqual([
    's1: has 3 MEMORY_MB left of the 8 needed',
    's2: gives at most 4 MEMORY_MB to one server, 8 are needed',
    's3: offers no MEMORY_MB'
  ])
  expect(plan.refused.s4).toBe('Nova calls it down')
})

test('traits that the flavor asks for or forbids are kept', () => {
  const picky = serverOf('a', {
    extraSpecs: { 'trait:FAST': 'required', 'trait:OLD': 'forbidden', 'hw:cpu_policy': 'shared' }
  })
  const pool = [small('slow', 9), small('old', 9, ['FAST', 'OLD']), small('right', 4096, ['FAST'])]
  const plan = makePlan(questionOf({ servers: [picky], pools: [pool], needs: new Map([['a', { MEMORY_MB: 1 }]]) }))
  expect(targetsOf(plan)).toEqual({ a: 'right' })
  const none = makePlan(questionOf({ servers: [picky], pools: [pool.slice(0, 2)] }))
  expect(none.staying[0]?.reason).toContain('slow: lacks the trait FAST')
  expect(none.staying[0]?.reason).toContain('old: has the forbidden trait OLD')
})

const apart: ServerGroup = { id: 'g', policy: 'anti-affinity', maxPerHost: 1, members: ['a', 'b', 'partner'] }

test('members of an anti-affinity group part, also from a partner that runs elsewhere', () => {
  const plan = makePlan(
    questionOf({
      servers: [sized('a', 1), sized('b', 1)],
      groups: [apart],
      elsewhere: new Map([['partner', 's1']]),
      pools: [[small('s1', 9), small('s2', 9), small('s3', 9)]]
    })
  )
  expect(plan.targets.toSorted()).toEqual(['s2', 's3'])
})

test('soft groups stop nothing and need no turns', () => {
  const soft: ServerGroup = { ...apart, policy: 'soft-anti-affinity' }
  const plan = makePlan(
    questionOf({ servers: [sized('a', 1), sized('b', 1)], groups: [soft], pools: [[small('s1', 9)]] })
  )
  expect(plan.moves.map(move => [move.target, move.group])).toEqual([
    ['s1', undefined],
    ['s1', undefined]
  ])
})

test('a server that must be looked at stays for a person, unless it leaves anyway', () => {
  const plan = makePlan(
    questionOf({
      servers: [serverOf('a'), serverOf('b', { taskState: 'deleting' })],
      blocked: new Map([
        ['a', 'it may run on x'],
        ['b', 'it may run on x']
      ])
    })
  )
  expect(plan.staying.map(stay => `${stay.server} ${stay.because}`).toSorted()).toEqual(['a person', 'b leaving'])
})

test('a server whose pin is no candidate stays, and says where a copy may run', () => {
  const plan = makePlan(questionOf({ servers: [serverOf('a')], pinned: new Map([['a', 's9']]) }))
  expect(plan.moves).toEqual([])
  expect(plan.staying[0]?.reason).toContain('a copy may run on s9')
})

//
test('a spare that is too small says so also when another one takes all', () => {
  const plan = makePlan(questionOf({ servers: [sized('a', 4)], pools: [[small('s1', 3), small('s2', 9)]] }))
  expect(plan.refused.s1).toContain('has 3 MEMORY_MB left of the 4 needed')
})
