import { access, constants, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError, messageOf, StoreUnavailable } from '../errors.ts'
import type { CheckLine } from '../openstack/connect.ts'
import { folderAdvice } from '../store/database/folder.ts'
import { inspectServers } from '../store/database/open-dialect.ts'
import { NothingStored, openStoreForReading, type ReadStore } from '../store/read-store.ts'
import { pathOfStore } from '../store-url.ts'
import { isExpected } from './say-error.ts'

const name = 'store'

/** Whether the store can be used, a line for it and one for each thing about a server that is not as it should be. Leaves nothing behind. */
export async function checkStore(url: string): Promise<CheckLine[]> {
  const path = pathOfStore(url)
  if (path !== undefined) return [await checkFile(path)]
  try {
    const { shown, isUsable, nodes, concerns, writable } = await inspectServers(url)
    const written = writable === undefined ? [] : [writable.sentence]
    return [
      { name, ok: isUsable && writable?.ok === true, detail: [shown, ...nodes, ...written].join('; ') },
      ...(isUsable ? concerns.map(detail => ({ name, ok: true, detail: `note: ${detail}` })) : [])
    ]
  } catch (error) {
    return [{ name, ok: false, detail: messageOf(error) }]
  }
}

/** What the service has stored, or why that can't be read; neither where it has stored nothing yet. */
export interface Stored<S = ReadStore> {
  readonly store?: S
  readonly unread?: string
}

/** What the service has stored, while `work` runs. */
export async function withStored<T>(url: string, work: (stored: Stored) => Promise<T>): Promise<T> {
  const stored = await openStored(url)
  try {
    return await work(stored)
  } finally {
    await stored.store?.close()
  }
}

async function openStored(url: string): Promise<Stored> {
  try {
    return { store: await openStoreForReading(url) }
  } catch (error) {
    return error instanceof NothingStored ? {} : { unread: whyUnread(error) }
  }
}

/** The sentence of what the database, or the way to it, says; what is our own mistake is thrown again. */
export function whyUnread(error: unknown): string {
  if (error instanceof ConfigError) return error.mistakes.join('; ')
  if (error instanceof StoreUnavailable || isExpected(error)) return messageOf(error)
  throw error
}

/** Opening it would fail while the service runs, and would make a file that belongs to whoever ran the check. */
async function checkFile(path: string): Promise<CheckLine> {
  if (path === ':memory:') return { name, ok: true, detail: 'in memory: nothing survives a restart' }
  const file = resolve(path)
  try {
    const exists = await isThere(file)
    // The journal and the lock lie beside the file.
    await access(dirname(file), constants.W_OK)
    if (exists) await access(file, constants.R_OK | constants.W_OK)
    return { name, ok: true, detail: `${file} ${exists ? 'can be written' : 'will be made'}` }
  } catch (error) {
    const advice = folderAdvice(dirname(file))
    return { name, ok: false, detail: `${file} can't be written by this user (${messageOf(error)}): ${advice}` }
  }
}

async function isThere(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false
  )
}
