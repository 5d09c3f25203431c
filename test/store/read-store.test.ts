import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { NothingStored, openStoreForReading } from '../../src/store/read-store.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchover-read-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const refusal = async (path: string): Promise<unknown> =>
  await openStoreForReading(`file:${path}`).catch(error => error)

test('a file that is not there is nothing stored', async () => {
  expect(await refusal(join(folder, 'store.db'))).toBeInstanceOf(NothingStored)
})

test('a file that can not be looked at is not told as one that is not there', async () => {
  // A folder that may not be entered (EACCES) is open to root, this one to nobody.
  const loop = join(folder, 'loop')
  await symlink(loop, loop)
  const error = await refusal(join(loop, 'store.db'))
  expect(error).not.toBeInstanceOf(NothingStored)
  expect(error).toMatchObject({ message: expect.stringMatching(/store\.db can't be read by this user \(ELOOP/) })
})
