import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { createLineWriter } from '../../src/cli/log-lines.ts'

const undo: (() => void)[] = []
afterEach(() => {
  for (const work of undo.splice(0).reverse()) work()
})

function open(path: string, flags: string): number {
  const fd = openSync(path, flags)
  undo.push(() => closeSync(fd))
  return fd
}

test('lines are written at once, in their order', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-lines-'))
  undo.push(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'log')
  const lines = createLineWriter(open(file, 'a'))
  lines.write('one\n')
  lines.write('two\n')
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
})

test('a full disk loses lines, and nothing else', () => {
  const lines = createLineWriter(open('/dev/full', 'w'))
  expect(() => {
    for (let number = 0; number < 100; number++) lines.write('lost\n')
  }).not.toThrow()
})
