import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { plays } from './soak/plays.ts'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'docs/reliability.md'), 'utf8')

/** The rows that tell of a fault; the table above them says how tests are called. */
const rows = text
  .slice(text.indexOf('## Alarms'))
  .split('\n')
  .filter(line => line.startsWith('| '))
  .map(line => line.split('|').map(cell => cell.trim()))
  .filter(cells => cells[3] !== '---' && cells[3] !== 'shown by')

const where: Readonly<Record<string, (name: string) => boolean>> = {
  sim: name => existsSync(join(root, 'test/simulation/scenarios', name, 'scenario.json')),
  e2e: name => existsSync(join(root, 'test/e2e', `${name.includes('/') ? name : `scenarios/${name}`}.test.ts`)),
  chaos: name => existsSync(join(root, 'test/e2e/chaos', `${name}.test.ts`)),
  soak: name => name in plays
}

test('every fault of docs/reliability.md names tests, and each of them is there', () => {
  expect(rows.length).toBeGreaterThan(50)
  const wrong = rows.flatMap(([, fault = '', , shown = '']) => {
    const names = [...shown.matchAll(/`([^`]+)`/g)].map(match => match[1] ?? '')
    if (names.length === 0) return [`"${fault}" names no test`]
    return names.filter(name => !isThere(name)).map(name => `"${fault}" names ${name}, which is not there`)
  })
  expect(wrong).toEqual([])
})

function isThere(name: string): boolean {
  const [kind = '', what = ''] = name.split(' ')
  return name.startsWith('test/') ? existsSync(join(root, name)) : where[kind]?.(what) === true
}
