import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Kysely, sql } from 'kysely'
import { systemClock } from '../../src/clock.ts'
import { newId } from '../../src/new-id.ts'
import type { Dialect } from '../../src/store/database/dialect.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { openSqlite } from '../../src/store/database/sqlite.ts'
import type { Tables } from '../../src/store/database/tables.ts'
import { createTransactions, type Transactions } from '../../src/store/database/transactions.ts'
import { createIntake } from '../../src/store/intake.ts'
import { createSignals } from '../../src/store/signals.ts'
import { alarmFor, opens, recoveryOf } from './contract/bed.ts'

let folder: string
let file: string
let dialect: Dialect
let transactions: Transactions

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchover-trouble-'))
  file = join(folder, 'store.db')
  dialect = openSqlite(file, systemClock)
  transactions = createTransactions(new Kysely<Tables>({ dialect: dialect.kysely }), dialect)
  await migrate(transactions, dialect)
})

afterEach(async () => {
  dialect.close()
  await rm(folder, { recursive: true })
})

async function pragma(text: string): Promise<unknown> {
  const { rows } = await transactions.read(db => sql.raw<Record<string, unknown>>(`PRAGMA ${text}`).execute(db))
  return Object.values(rows[0] ?? {})[0]
}

const large = 'x'.repeat(20_000)
const receive = (host: string) =>
  createIntake(transactions).receive(alarmFor(host, { body: large }), opens(recoveryOf(host)))

test('each commit waits for the disk, and references are checked', async () => {
  expect(await pragma('synchronous')).toBe(2)
  expect(await pragma('journal_mode')).toBe('wal')
  expect(await pragma('foreign_keys')).toBe(1)
})

test('a full disk is StoreUnavailable, leaves nothing half written, and is over when there is room again', async () => {
  await pragma(`max_page_count = ${Number(await pragma('page_count')) + 12}`)
  const answers = []
  for (let number = 0; number < 10; number++)
    answers.push(await receive(`compute-${number}`).catch((error: unknown) => error))
  const refused = answers.findIndex(answer => Error.isError(answer))
  expect(refused).toBeGreaterThan(0)
  expect(answers[refused]).toMatchObject({
    name: 'StoreUnavailable',
    message: expect.stringContaining('full'),
    isFull: true
  })
  const { items } = await createSignals(transactions).signals({ limit: 100 })
  expect(items).toHaveLength(answers.filter(answer => !Error.isError(answer)).length)
  await pragma('max_page_count = 100000')
  expect(await receive('compute-after')).toMatchObject({ outcome: 'opened' })
})

test("somebody else's short lock on the file is waited for", async () => {
  const operator = new DatabaseSync(file)
  operator.exec('BEGIN IMMEDIATE')
  setTimeout(() => operator.exec('COMMIT'), 300)
  expect(await receive('compute-01')).toMatchObject({ outcome: 'opened' })
  operator.close()
})

test("somebody else's endless lock on the file is StoreUnavailable, and reading goes on", async () => {
  const operator = new DatabaseSync(file)
  operator.exec('BEGIN IMMEDIATE')
  await expect(receive('compute-01')).rejects.toMatchObject({ name: 'StoreUnavailable' })
  expect((await createSignals(transactions).signals({ limit: 1 })).items).toEqual([])
  operator.close()
})

test('a key that another took meanwhile makes the whole transaction run again, without what the first run wrote', async () => {
  let runs = 0
  await transactions.write(async tx => {
    const k = ++runs === 1 ? 'schema' : 'mine'
    await tx
      .insertInto('meta')
      .values({ k: `run-${runs}`, v: '' })
      .execute()
    await tx.insertInto('meta').values({ k, v: '' }).execute()
  })
  const rows = await transactions.read(db => db.selectFrom('meta').select('k').where('v', '=', '').execute())
  expect(rows.map(row => row.k)).toEqual(expect.arrayContaining(['run-2', 'mine']))
  expect(rows.map(row => row.k)).not.toContain('run-1')
})

test('a mistake of ours is no StoreUnavailable', async () => {
  const broken = transactions.write(tx => sql.raw('SELECT nonsense').execute(tx))
  await expect(broken).rejects.not.toMatchObject({ name: 'StoreUnavailable' })
})

test('ids of one process are in the order in which they were made', () => {
  const ids = Array.from({ length: 20_000 }, newId)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
