import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openStore } from '../../src/store/open-store.ts'
import { claim, driven, handClock } from './contract/bed.ts'

let folder: string
let file: string
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchover-file-'))
  file = join(folder, 'store.db')
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

/** Starts a process with the store open; `lines` grows with what it acknowledges. */
async function startWriter(mode: 'hold' | 'write'): Promise<{ kill(): Promise<string[]> }> {
  const program = join(import.meta.dirname, 'writer.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, `file:${file}`, mode], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  children.push(child)
  let told = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  while (!told.includes('\n')) await once(child.stdout, 'data')
  return {
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'close')
      return told.slice(0, told.lastIndexOf('\n')).split('\n').slice(1)
    }
  }
}

test('a second process is refused while the first lives, and let in as soon as it is killed', async () => {
  const first = await startWriter('hold')
  await expect(openStore(`file:${file}`)).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringContaining('in use by another process')
  })
  await first.kill()
  await (await openStore(`file:${file}`)).close()
})

test('a second name of the same file is no way around the lock', async () => {
  const store = await openStore(`file:${file}`)
  await symlink(file, join(folder, 'alias.db'))
  await expect(openStore(`file:${join(folder, 'alias.db')}`)).rejects.toThrow('in use')
  await store.close()
})

test('the lock holds for as long as the store is open, whatever was collected meanwhile', async () => {
  const store = await openStore(`file:${file}`)
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  await expect(openStore(`file:${file}`)).rejects.toThrow('in use')
  await store.close()
})

test('a process killed in the middle of writing loses nothing that it had acknowledged', async () => {
  let acknowledged = 0
  for (const pauseMs of [150, 300, 450]) {
    const writer = await startWriter('write')
    await new Promise(resolve => setTimeout(resolve, pauseMs))
    const ids = await writer.kill()
    acknowledged += ids.length
    const store = await openStore(`file:${file}`)
    const missing = []
    for (const id of ids) if ((await store.signal(id)) === undefined) missing.push(id)
    await store.close()
    expect(missing).toEqual([])
  }
  expect(acknowledged).toBeGreaterThan(0)
  const database = new DatabaseSync(file)
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  database.close()
})

test('leases and duties of the process before are broken at the start', async () => {
  const clock = handClock()
  const before = await openStore(`file:${file}`, { clock })
  const { lease } = await driven(before, 'compute-01')
  await before.takeDuty('poll', 'replica-1', 60_000)
  await before.close()
  const after = await openStore(`file:${file}`, { clock })
  expect(await after.takeDuty('poll', 'replica-2', 60_000)).toBe(true)
  await expect(after.write(lease, {})).rejects.toMatchObject({ name: 'LeaseLost' })
  expect(await claim(after, 'replica-2', 10_000, 5)).toHaveLength(1)
  await after.close()
})

test('the files are for this user alone, and the mask of the process is as before', async () => {
  const mask = process.umask(0o022)
  try {
    const store = await openStore(`file:${file}`)
    for (const made of [file, `${file}.lock`, `${file}-wal`]) expect(statSync(made).mode & 0o777).toBe(0o600)
    await store.close()
    expect(process.umask(0o022)).toBe(0o022)
  } finally {
    process.umask(mask)
  }
})

test('closing leaves one file, complete, without a log beside it', async () => {
  const store = await openStore(`file:${file}`)
  expect(existsSync(`${file}-wal`)).toBe(true)
  await store.close()
  expect(existsSync(`${file}-wal`)).toBe(false)
})

test('a database of a newer program is refused, and left as it is', async () => {
  await (await openStore(`file:${file}`)).close()
  const database = new DatabaseSync(file)
  database.exec("UPDATE meta SET v = '999' WHERE k = 'schema'")
  await expect(openStore(`file:${file}`)).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringMatching(/schema version 999.*newer program/)
  })
  expect(database.prepare("SELECT v FROM meta WHERE k = 'schema'").get()).toEqual({ v: '999' })
  database.close()
})

test('a start that was cut short in the middle of the migrations is finished by the next', async () => {
  await (await openStore(`file:${file}`)).close()
  const database = new DatabaseSync(file)
  database.exec("UPDATE meta SET v = '3' WHERE k = 'schema'; DROP TABLE outbox; DROP TABLE arming")
  database.close()
  const store = await openStore(`file:${file}`)
  expect(await store.outbox(1)).toEqual([])
  expect(await store.arming()).toEqual({ segments: {} })
  await store.close()
})

test.each([
  ['a file that is no database', async () => writeFile(file, 'x'.repeat(5000)), () => `file:${file}`, 'SQLite'],
  ['a folder that is not there', async () => {}, () => `file:${folder}/no/store.db`, 'no, owned by user'],
  ['a file without a name', async () => {}, () => 'file:', 'file:switchover.db'],
  ['no URL', async () => {}, () => 'switchover.db', 'file:switchover.db'],
  ['another kind of database', async () => {}, () => 'oracle://ops:secret@db/x', 'mysql://USER'],
  ['a database server that is away', async () => {}, () => 'mysql://ops:secret@127.0.0.1:1/x', '127.0.0.1:1: ']
])('%s is refused in words', async (_name, arrange, url, words) => {
  await arrange()
  const refusal = await openStore(url()).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ name: 'ConfigError', message: expect.stringContaining(words) })
  expect(String(refusal)).not.toContain('secret')
})
