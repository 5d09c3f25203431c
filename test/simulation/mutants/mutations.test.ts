import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { mutated } from './apply-mutation.ts'
import { mutations } from './mutations.ts'

const src = join(import.meta.dirname, '../../../src')

/** What runs: without types, comments of whole lines and the shape of the text. */
function programOf(text: string): string {
  return stripTypeScriptTypes(text)
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '')
    .replace(/\s+/g, ' ')
}

test.each(mutations.map(({ name }) => name))('%s still fits, can be run, and changes what is run', name => {
  const mutation = mutations.find(one => one.name === name)!
  for (const [file, text] of mutated(src, mutation)) {
    expect(programOf(text)).not.toBe(programOf(readFileSync(join(src, file), 'utf8')))
  }
})

test('each planted bug has a name of its own and says what goes wrong', () => {
  const names = mutations.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
  expect(names.filter(name => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([])
  expect(mutations.filter(({ bug }) => !/^[A-Z].*\.$/.test(bug)).map(({ name }) => name)).toEqual([])
})

test('an edit that no longer fits is an error that names the mutation and the file', () => {
  const lost = { name: 'lost', bug: 'None.', edits: [{ file: 'clock.ts', find: 'not in there', replace: '' }] }
  const twice = { name: 'twice', bug: 'None.', edits: [{ file: 'clock.ts', find: 'sleep', replace: '' }] }
  expect(() => mutated(src, lost)).toThrow(/lost: .* 0 times in clock\.ts/)
  expect(() => mutated(src, twice)).toThrow(/twice: .* \d+ times in clock\.ts/)
})
