import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import type { DutyStore } from '../../src/controller/ports/ports.ts'
import { StoreUnavailable } from '../../src/errors.ts'
import { createNotifier } from '../../src/notify/webhook.ts'

/** By the time of day, which is not the clock of the waits. */
const signedAtMs = 1_700_000_007_000

interface Receiver {
  readonly url: string
  readonly got: { headers: IncomingHttpHeaders; body: string }[]
  /** `none`: the request is taken, and that is all. */
  answer: number | 'none'
}

const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanUp.splice(0)) await clean()
})

async function receiver(answer: Receiver['answer'] = 204): Promise<Receiver> {
  const got: Receiver['got'] = []
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += String(chunk)
    })
    request.on('end', () => {
      got.push({ headers: request.headers, body })
      if (self.answer !== 'none') response.writeHead(self.answer).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => {
    server.closeAllConnections()
    return new Promise(resolve => server.close(resolve))
  })
  const self: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret-path`,
    got,
    answer
  }
  return self
}

interface Row {
  id: string
  type: string
  data: unknown
  createdAtMs: number
  attempts: number
  dueAtMs: number
}

/** The part of a store that notifications need, in memory. Time stands still unless it is moved. */
function world() {
  const rows: Row[] = []
  const errors: string[] = []
  const time = { nowMs: 1_700_000_000_000 }
  const lent = { to: 'us', broken: 0 }
  const store: DutyStore = {
    takeDuty: async (_, owner) => lent.to === owner,
    keepDuties: async () => undefined,
    duties: async () => [],
    dutyDone: async () => undefined,
    giveDutiesBack: async () => undefined,
    retain: async () => 0,
    async outbox(limit) {
      if (lent.broken-- > 0) throw new StoreUnavailable('locked')
      return rows.filter(row => row.dueAtMs <= time.nowMs).slice(0, limit)
    },
    async delivered(id) {
      rows.splice(
        rows.findIndex(row => row.id === id),
        1
      )
    },
    async deliveryFailed(id, retryAfterMs, error) {
      const row = rows.find(one => one.id === id)!
      row.attempts++
      row.dueAtMs = time.nowMs + retryAfterMs
      errors.push(error)
    }
  }
  const put = (id: string, type = 'held', data: unknown = { recovery: 'r-1', host: 'node-1' }) => {
    rows.push({ id, type, data, createdAtMs: time.nowMs, attempts: 0, dueAtMs: 0 })
  }
  const silent = { info() {}, warn() {}, error() {} }
  const clock = { now: () => time.nowMs, sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(5, signal) }
  const deps = { clock, log: silent, owner: 'us', ttlMs: 8000, timeOfDay: () => signedAtMs, timeoutMs: 5000 }
  return { rows, errors, time, lent, store, put, deps }
}

const all = ['held', 'ended'] as const

test('a notification is a CloudEvent, signed with the secret of its target', async () => {
  const { store, put, deps, rows, time } = world()
  const hook = await receiver()
  put('n-1')
  expect(await createNotifier([{ url: hook.url, on: all, secret: 's3cret' }], store, deps).deliverDue()).toBe(1)
  expect(rows).toEqual([])
  const [request] = hook.got
  expect(request?.headers['content-type']).toMatch(/^application\/cloudevents\+json/)
  expect(JSON.parse(request?.body ?? '')).toEqual({
    specversion: '1.0',
    id: 'n-1',
    source: '/switchover',
    type: 'switchover.recovery.held',
    subject: 'r-1',
    time: new Date(time.nowMs).toISOString(),
    datacontenttype: 'application/json',
    data: { recovery: 'r-1', host: 'node-1' }
  })
  const mac = createHmac('sha256', 's3cret').update(`1700000007.${request?.body}`).digest('hex')
  expect(request?.headers['x-switchover-signature']).toBe(`t=1700000007,v1=${mac}`)
})

test('a target hears only of what it asked for', async () => {
  const { store, put, deps } = world()
  const [held, ended] = [await receiver(), await receiver()]
  const notifier = createNotifier(
    [
      { url: held.url, on: ['held'], secret: 's-1' },
      { url: ended.url, on: ['ended'], secret: 's-2' }
    ],
    store,
    deps
  )
  put('n-1', 'held')
  put('n-2', 'ended')
  put('n-3', 'switchover.recovery.partial')
  expect(await notifier.deliverDue()).toBe(3)
  const ids = (hook: Receiver) => hook.got.map(one => (JSON.parse(one.body) as { id: string }).id)
  expect(ids(held)).toEqual(['n-1'])
  expect(ids(ended)).toEqual(['n-2', 'n-3'])
})

test('what is not taken is sent again, later each time, up to ten minutes', async () => {
  const { store, put, deps, rows, time } = world()
  const hook = await receiver(500)
  const notifier = createNotifier([{ url: hook.url, on: all, secret: 's' }], store, deps)
  put('n-1')
  const waits: number[] = []
  for (let attempt = 0; attempt < 12; attempt++) {
    expect(await notifier.deliverDue()).toBe(0)
    waits.push((rows[0]?.dueAtMs ?? 0) - time.nowMs)
    time.nowMs = rows[0]?.dueAtMs ?? 0
  }
  expect(waits.slice(0, 4)).toEqual([1000, 2000, 4000, 8000])
  expect(waits.at(-1)).toBe(600_000)
  expect(hook.got).toHaveLength(12)
  hook.answer = 200
  expect(await notifier.deliverDue()).toBe(1)
})

test('a target that fails does not keep others from theirs, and they are not told twice', async () => {
  const { store, put, deps, rows, errors, time } = world()
  const [good, bad] = [await receiver(), await receiver('none')]
  const notifier = createNotifier(
    [
      { url: bad.url, on: all, secret: 's' },
      { url: good.url, on: all, secret: 's' }
    ],
    store,
    deps
  )
  for (const id of ['n-1', 'n-2', 'n-3']) put(id)
  await notifier.deliverDue()
  expect(good.got).toHaveLength(3)
  // After one silence it is not asked for the others as well.
  expect(bad.got).toHaveLength(1)
  expect(rows).toHaveLength(3)
  expect(errors.join()).not.toContain('secret-path')
  bad.answer = 202
  time.nowMs += 60_000
  expect(await notifier.deliverDue()).toBe(3)
  expect(good.got).toHaveLength(3)
})

test('one notification that is refused does not stop the next ones', async () => {
  const { store, put, deps } = world()
  const hook = await receiver(400)
  put('n-1')
  put('n-2')
  await createNotifier([{ url: hook.url, on: all, secret: 's' }], store, deps).deliverDue()
  expect(hook.got).toHaveLength(2)
})

test('a target where nothing listens is tried again, and nothing of its address is told', async () => {
  const { store, put, deps, rows, errors } = world()
  put('n-1')
  await createNotifier([{ url: 'http://127.0.0.1:1/secret-path', on: all, secret: 's' }], store, deps).deliverDue()
  expect(rows).toHaveLength(1)
  expect(errors.join()).toMatch(/^http:\/\/127\.0\.0\.1:1: /)
  expect(errors.join()).not.toContain('secret-path')
})

test('without targets nothing piles up', async () => {
  const { store, put, deps, rows } = world()
  put('n-1')
  await createNotifier([], store, deps).deliverDue()
  expect(rows).toEqual([])
})

test('only the holder of the duty delivers, and a store that fails for a while is waited for', async () => {
  const { store, put, deps, rows, lent, time } = world()
  const hook = await receiver()
  put('n-1')
  lent.to = 'another'
  lent.broken = 2
  const abort = new AbortController()
  const running = createNotifier([{ url: hook.url, on: all, secret: 's' }], store, deps).run(abort.signal)
  await systemClock.sleep(50)
  expect(hook.got).toEqual([])
  lent.to = 'us'
  while (rows.length > 0) {
    time.nowMs += 1000
    await systemClock.sleep(5)
  }
  abort.abort()
  await running
  expect(hook.got).toHaveLength(1)
})
