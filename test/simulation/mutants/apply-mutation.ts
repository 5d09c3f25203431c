import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mutation } from './mutation.ts'

/** The files of `src` that the mutation changes, as they read afterwards. Throws when an edit does not fit exactly once. */
export function mutated(src: string, { name, edits }: Mutation): Map<string, string> {
  const files = new Map<string, string>()
  for (const { file, find, replace } of edits) {
    const text = files.get(file) ?? readFileSync(join(src, file), 'utf8')
    const [before, after, more] = text.split(find)
    if (before === undefined || after === undefined || more !== undefined) {
      const times = text.split(find).length - 1
      throw new Error(`${name}: what it replaces occurs ${times} times in ${file}, not once:\n${find}`)
    }
    files.set(file, before + replace + after)
  }
  return files
}

export function applyMutation(src: string, mutation: Mutation): void {
  for (const [file, text] of mutated(src, mutation)) writeFileSync(join(src, file), text)
}
