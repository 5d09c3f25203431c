import { access, constants, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { messageOf } from '../errors.ts'
import type { CheckLine } from '../openstack/connect.ts'
import { folderAdvice, pathOfStore } from '../store/database/folder.ts'

/**
 * Whether the file store can be written. Looks only: opening it would fail while the service runs, and would make a file
 * that belongs to whoever ran the check.
 */
export async function checkStore(url: string): Promise<CheckLine> {
  const name = 'store'
  const path = pathOfStore(url) ?? ''
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
