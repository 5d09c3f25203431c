import { expect, test } from '@jest/globals'
import type { Service } from '../../src/controller/service/service.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { CloudError, InvalidCursor, StoreUnavailable } from '../../src/errors.ts'
import { closed, stored } from './samples.ts'
import { alice, expectProblem, expectToMatch, testApp, victor } from './support.ts'

const asAlice = (method: 'POST' | 'PUT', url: string, payload: object) => ({ method, url, headers: alice, payload })
const asVictor = (url: string) => ({ url, headers: victor })

test('recoveries are listed in short, with the cursor of the next page', async () => {
  const answer = await testApp().app.inject(asVictor('/v1/recoveries'))
  const { items, cursor } = answer.json<{ items: object[]; cursor: string }>()
  for (const item of items) expectToMatch('recovery-summary', item)
  expect(cursor).toBe('next')
  expect(items).toMatchObject([
    {
      id: 'r-1',
      version: 7,
      state: 'held',
      hold: { from: 'moving', code: 'proof' },
      verdict: 'dead',
      proof: 'fenced',
      moves: { planned: 2, staying: 2 }
    },
    { id: 'r-0', state: 'dismissed', reason: 'It answers.', closedAtMs: closed.closedAtMs }
  ])
})

test('evidence and an approval that an earlier version has stored, without ways, times and guards, are shown as they are', async () => {
  const { recovery } = stored
  const observations = [{ source: 'nova', says: 'down', detail: 'last report 42 s ago' }]
  const evidence = { ...recovery.evidence, observations } as Recovery['evidence'] & object
  const approval = { planHash: 'hash-1', by: 'alice', untilMs: 1 }
  const old = { ...stored, recovery: { ...recovery, evidence, approval } }
  const { app } = testApp({ store: { recovery: async () => old } })
  const answer = await app.inject(asVictor('/v1/recoveries/r-1'))
  expect(answer.statusCode).toBe(200)
  expectToMatch('recovery', answer.json())
  expect(answer.json()).toMatchObject({ evidence: { observations }, approval })
  expect(answer.json<{ evidence: { observations: object[] } }>().evidence.observations).toEqual(observations)
})

test('the filters of the list reach the store, with numbers and times as such', async () => {
  const queries: object[] = []
  const recoveries = async (query: object) => {
    queries.push(query)
    return { items: [] }
  }
  const { app } = testApp({ store: { recoveries } })
  await app.inject(
    asVictor('/v1/recoveries?state=held&host=c1&segment=rack-a&since=2026-11-23T00:00:00Z&limit=7&cursor=x')
  )
  await app.inject(asVictor('/v1/recoveries'))
  await app.inject(asVictor('/v1/recoveries?state=open'))
  expect(queries).toEqual([
    { state: 'held', host: 'c1', segment: 'rack-a', sinceMs: Date.UTC(2026, 10, 23), limit: 7, cursor: 'x' },
    { limit: 50 },
    { state: 'open', limit: 50 }
  ])
})

test.each(['state=lost', 'limit=0', 'limit=201', 'limit=x', 'since=yesterday', 'hots=c1', 'host=', 'limit=1&limit=2'])(
  'the filter %s is refused, not ignored',
  async query => {
    const answer = await testApp().app.inject(asVictor(`/v1/recoveries?${query}`))
    expectProblem(answer, 400, 'invalid')
    expect(answer.json<{ errors: object[] }>().errors[0]).toMatchObject({ in: 'querystring' })
  }
)

test('one recovery is told with its evidence, plan, moves, timeline and signals', async () => {
  const answer = await testApp().app.inject(asVictor('/v1/recoveries/r-1'))
  expect(answer.statusCode).toBe(200)
  expectToMatch('recovery', answer.json())
  const { moveList, timeline, signals } = answer.json<{ moveList: object[]; timeline: object[]; signals: object[] }>()
  expect([timeline.length, signals.length]).toEqual([2, 1])
  expect(moveList).toMatchObject([
    { server: 'vm-1', name: 'web', target: 'spare-1', state: 'moving', attempts: 2, migration: 12, requestId: 'req-1' },
    { server: 'vm-2', name: 'db', target: 'spare-1', state: 'waiting', attempts: 0 },
    { server: 'vm-3', name: 'gpu', state: 'stays', reason: 'it was never started' },
    { server: 'vm-4', name: 'ci', state: 'stays', reason: 'the instance rule "ci" leaves it' }
  ])
})

test('a young recovery that has nothing but its host is told too', async () => {
  const { evidence: _e, guards: _g, plan: _p, isolation: _i, ...recovery } = stored.recovery
  const young = {
    version: 1,
    recovery: {
      ...recovery,
      phase: { state: 'confirming' as const },
      proofs: {},
      servers: [],
      fenceIntents: {},
      targets: {}
    }
  }
  const { app } = testApp({ store: { recovery: async () => young, steps: async () => [] } })
  const answer = await app.inject(asVictor('/v1/recoveries/r-1'))
  expectToMatch('recovery', answer.json())
  expect(answer.json()).toMatchObject({ state: 'confirming', moveList: [], moves: { planned: 0, staying: 0 } })
})

test('a host reported by hand is a signal of that person', async () => {
  const { app, received, lines } = testApp()
  const answer = await app.inject(asAlice('POST', '/v1/recoveries', { host: 'compute-01', reason: 'smoke' }))
  expect([answer.statusCode, answer.json()]).toEqual([202, { signal: 's-1', outcome: 'opened', recovery: 'r-1' }])
  expect(received).toEqual([{ source: 'manual', actor: 'alice', host: 'compute-01', reason: 'smoke' }])
  expect(lines()).toContainEqual(expect.objectContaining({ msg: 'host reported by hand', actor: 'alice' }))
})

test('a dry run answers the plan and stores nothing', async () => {
  const { app, received } = testApp()
  const answer = await app.inject(
    asAlice('POST', '/v1/recoveries', { host: 'compute-01', reason: 'drill', dryRun: true })
  )
  expect(answer.statusCode).toBe(200)
  expectToMatch('dry-run', answer.json())
  expect(received).toEqual([])
})

test.each([
  ['POST', '/v1/recoveries', { host: 'node-99', reason: 'smoke' }],
  ['POST', '/v1/recoveries', { host: 'node-99', reason: 'drill', dryRun: true }],
  ['POST', '/v1/signals/s-1/resolve', { host: 'node-99' }]
] as const)('%s %s for a host of no segment is a 404 that says which segments there are', async (method, url, body) => {
  const { app, received } = testApp()
  const answer = await app.inject(asAlice(method, url, body))
  expectProblem(answer, 404, 'not-found')
  expect(answer.json<{ detail: string }>().detail).toContain('The segments are rack-a;')
  expect(received).toEqual([])
})

test('while the members of the segments are not known a host is taken, and its plan is not to be had', async () => {
  const { app, received } = testApp({ service: { knowsHost: () => 'unknown' } })
  const body = { host: 'node-99', reason: 'smoke' }
  expect((await app.inject(asAlice('POST', '/v1/recoveries', body))).statusCode).toBe(202)
  expect(received).toHaveLength(1)
  expectProblem(await app.inject(asVictor('/v1/plan?host=node-99')), 503, 'cloud-unreachable')
})

test('a plan that the cloud does not tell in time is a 503, and the late answer hurts nobody', async () => {
  const { promise: never, reject } = Promise.withResolvers<undefined>()
  const { app, clock } = testApp({ service: { dryRun: async () => never } })
  await app.ready()
  const answers = Promise.all([
    app.inject(asVictor('/v1/plan?host=compute-01')),
    app.inject(asAlice('POST', '/v1/recoveries', { host: 'compute-01', reason: 'drill', dryRun: true }))
  ])
  while (clock.sleepers() < 2) await new Promise(resolve => setImmediate(resolve))
  await clock.advance(20_000)
  for (const answer of await answers) {
    expectProblem(answer, 503, 'cloud-unreachable')
    expect(answer.json()).toMatchObject({ title: 'OpenStack does not answer' })
  }
  reject(new CloudError('unreachable', 'at last'))
})

test('a cursor that is none of ours is refused', async () => {
  const fail = async () => {
    throw new InvalidCursor('nonsense')
  }
  const { app } = testApp({ store: { recoveries: fail, signals: fail } })
  for (const url of ['/v1/recoveries?cursor=x', '/v1/signals?cursor=x']) {
    const answer = await app.inject(asVictor(url))
    expectProblem(answer, 400, 'invalid')
    expect(answer.json<{ errors: object[] }>().errors).toMatchObject([{ in: 'querystring', pointer: '/cursor' }])
  }
})

test('a viewer may read the plan of a host', async () => {
  const { app } = testApp()
  const answer = await app.inject(asVictor('/v1/plan?host=compute-01'))
  expectToMatch('dry-run', answer.json())
  expectProblem(await app.inject(asVictor('/v1/plan?host=nobody')), 404, 'not-found')
  expectProblem(await app.inject(asVictor('/v1/plan')), 400, 'invalid')
})

test.each(['approve', 'vouch', 'retry', 'cancel'] as const)(
  '%s is handed on with the actor and the version that was seen',
  async kind => {
    const commands: object[] = []
    const command: Service['command'] = async given => {
      commands.push(given)
      return 'accepted'
    }
    const answer = await testApp({ service: { command } }).app.inject(
      asAlice('POST', `/v1/recoveries/r-1/${kind}`, { reason: 'seen it', version: 7 })
    )
    expect([answer.statusCode, answer.json()]).toEqual([
      202,
      { command: kind, recovery: 'r-1', detail: expect.stringContaining('may still be refused') }
    ])
    expectToMatch('command-accepted', answer.json())
    expect(commands).toEqual([{ recovery: 'r-1', kind, actor: 'alice', reason: 'seen it', version: 7 }])
  }
)

test('vouching names a lost target or one server; the other commands name nothing', async () => {
  const commands: object[] = []
  const command: Service['command'] = async given => {
    commands.push(given)
    return 'accepted'
  }
  const { app } = testApp({ service: { command } })
  const body = { reason: 'unplugged', version: 7, host: 'spare-1', server: 'vm-1' }
  expect((await app.inject(asAlice('POST', '/v1/recoveries/r-1/vouch', body))).statusCode).toBe(202)
  expect(commands).toMatchObject([{ host: 'spare-1', server: 'vm-1' }])
  expectProblem(await app.inject(asAlice('POST', '/v1/recoveries/r-1/cancel', body)), 400, 'invalid')
})

test('the retry of a partial recovery answers the one that continues it', async () => {
  const { app } = testApp({ service: { command: async () => ({ recovery: 'r-2' }) } })
  const answer = await app.inject(asAlice('POST', '/v1/recoveries/r-1/retry', { reason: 'new spare', version: 7 }))
  expect(answer.statusCode).toBe(202)
  expectToMatch('command-accepted', answer.json())
  expect(answer.json()).toMatchObject({ command: 'retry', recovery: 'r-2', continues: 'r-1' })
  expect(answer.json<{ detail: string }>().detail).toContain('GET /v1/recoveries/r-2')
})

test.each([
  ['stale', 409, 'stale'],
  ['closed', 409, 'closed'],
  ['not-found', 404, 'not-found']
] as const)('a command that is %s is refused with what to do', async (result, status, kind) => {
  const { app } = testApp({ service: { command: async () => result } })
  expectProblem(
    await app.inject(asAlice('POST', '/v1/recoveries/r-1/cancel', { reason: 'x', version: 6 })),
    status,
    kind
  )
})

test.each([
  [{ version: 7 }],
  [{ reason: 'x' }],
  [{ reason: '', version: 7 }],
  [{ reason: 'x', version: '7' }],
  [{ reason: 'x', version: 7, force: true }]
])('a command with the body %j is refused: nothing is coerced or ignored', async body => {
  expectProblem(await testApp().app.inject(asAlice('POST', '/v1/recoveries/r-1/cancel', body)), 400, 'invalid')
})

test('signals are listed by what became of them', async () => {
  const queries: object[] = []
  const { app } = testApp()
  const answer = await app.inject(asVictor('/v1/signals?outcome=opened'))
  for (const item of answer.json<{ items: object[] }>().items) expectToMatch('signal', item)
  const other = testApp({
    store: {
      signals: async query => {
        queries.push(query)
        return { items: [] }
      }
    }
  })
  await other.app.inject(asVictor('/v1/signals?outcome=unresolved&host=c1&limit=5'))
  expect(queries).toEqual([{ outcome: 'unresolved', host: 'c1', limit: 5 }])
})

test('an unresolved signal gets its host from an operator', async () => {
  const { app } = testApp()
  const answer = await app.inject(asAlice('POST', '/v1/signals/s-1/resolve', { host: 'compute-01' }))
  expect(answer.statusCode).toBe(202)
  expectToMatch('received', answer.json())
  expectProblem(await app.inject(asAlice('POST', '/v1/signals/s-2/resolve', { host: 'compute-01' })), 404, 'not-found')
  const settled = testApp({ service: { resolve: async () => 'settled' } })
  expectProblem(
    await settled.app.inject(asAlice('POST', '/v1/signals/s-1/resolve', { host: 'compute-01' })),
    409,
    'settled'
  )
})

test('arming is read by viewers and set by operators, with a reason', async () => {
  const changes: object[] = []
  const setArming: Service['setArming'] = async (change, actor, reason) => {
    changes.push({ change, actor, reason })
    return { armed: true, segments: {} }
  }
  const { app } = testApp({ service: { setArming } })
  const read = (await app.inject(asVictor('/v1/arming'))).json<object>()
  expectToMatch('arming', read)
  expect(read).toMatchObject({ armed: false, segments: { 'rack-a': true }, inForce: { 'rack-a': true } })
  const body = { armed: true, segments: { 'rack-a': null }, reason: 'go live' }
  const answer = await app.inject(asAlice('PUT', '/v1/arming', body))
  expectToMatch('arming', answer.json())
  expect(answer.json()).toMatchObject({ inForce: { 'rack-a': true } })
  expect(changes).toEqual([
    { change: { armed: true, segments: { 'rack-a': null } }, actor: 'alice', reason: 'go live' }
  ])
})

test.each([
  [{ armed: true }],
  [{ reason: 'x' }],
  [{ armed: 'true', reason: 'x' }],
  [{ segments: {}, reason: 'x' }],
  [{ segments: { 'rack-z': true }, reason: 'x' }]
])('arming with %j is refused', async body => {
  expectProblem(await testApp().app.inject(asAlice('PUT', '/v1/arming', body)), 400, 'invalid')
})

test('the word for a segment that is gone can be taken back, and only that', async () => {
  const arming = async () => ({ segments: { 'rack-gone': false } })
  const { app } = testApp({ store: { arming }, service: { setArming: async () => ({ segments: {} }) } })
  const put = async (armed: boolean | null) =>
    await app.inject(asAlice('PUT', '/v1/arming', { segments: { 'rack-gone': armed }, reason: 'x' }))
  expect((await put(null)).statusCode).toBe(200)
  expectProblem(await put(true), 400, 'invalid')
})

test('an arming that changes nothing is told in words', async () => {
  const answer = await testApp().app.inject(asAlice('PUT', '/v1/arming', { reason: 'x' }))
  expect(answer.json<{ detail: string }>().detail).toContain('it names nothing to change')
})

test('segments are told, all or one', async () => {
  const { app } = testApp()
  for (const item of (await app.inject(asVictor('/v1/segments'))).json<{ items: object[] }>().items)
    expectToMatch('segment', item)
  expectToMatch('segment', (await app.inject(asVictor('/v1/segments/rack-a'))).json())
  expectProblem(await app.inject(asVictor('/v1/segments/rack-b')), 404, 'not-found')
})

test.each([
  ['unreachable', 503, 'cloud-unreachable'],
  ['unknown', 503, 'cloud-unreachable'],
  ['unauthorized', 502, 'cloud-refused'],
  ['forbidden', 502, 'cloud-refused'],
  ['refused', 502, 'cloud-refused'],
  ['unsupported', 502, 'cloud-refused']
] as const)('a cloud that is %s is a %i that names its request, not our insides', async (code, status, kind) => {
  const fail = async () => {
    throw new CloudError(code, 'POST http://10.0.0.1:8774 said 500', { requestId: 'req-42' })
  }
  const { app } = testApp({ service: { dryRun: fail, segments: fail } })
  for (const url of ['/v1/plan?host=compute-01', '/v1/segments']) {
    const answer = await app.inject(asVictor(url))
    expectProblem(answer, status, kind)
    expect(answer.body).toContain('req-42')
    expect(answer.body).not.toContain('10.0.0.1')
    expect(answer.headers['retry-after']).toBe(status === 503 ? '10' : undefined)
  }
})

test.each(['/v1/recoveries', '/v1/recoveries/r-1', '/v1/signals', '/v1/arming'])(
  '%s is a 503 while the store fails',
  async url => {
    const fail = async () => {
      throw new StoreUnavailable('locked')
    }
    const { app } = testApp({ store: { recoveries: fail, recovery: fail, signals: fail, arming: fail } })
    const answer = await app.inject(asVictor(url))
    expectProblem(answer, 503, 'store-unavailable')
    // It brought nothing that could be sent again.
    expect(answer.json()).toMatchObject({ detail: expect.stringMatching(/^The database cannot .* Ask again/) })
  }
)

test.each(['/v1/recoveries/r-9', '/v1/nothing', '/', '/v1/alarms'])('GET %s is a 404 problem', async url => {
  expectProblem(await testApp().app.inject(asVictor(url)), 404, 'not-found')
})
