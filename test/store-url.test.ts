import { expect, test } from '@jest/globals'
import { addressOf } from '../src/store-url.ts'

test('a database server is named by a URL, with one host or several', () => {
  expect(addressOf('mysql://ops:secret@10.0.0.5/switchover')).toMatchObject({
    kind: 'mysql',
    hosts: [{ host: '10.0.0.5', port: 3306 }],
    user: 'ops',
    password: 'secret',
    database: 'switchover'
  })
  expect(addressOf('postgres://ops:secret@[fd00::1]:6432,db-2/switchover')?.hosts).toEqual([
    { host: 'fd00::1', port: 6432 },
    { host: 'db-2', port: 5432 }
  ])
  expect(addressOf('file:switchover.db')).toBeUndefined()
})

test('a password may hold anything, as it is or as %XX, and is not shown', () => {
  for (const [written, meant] of [
    ['p@ss:w/rd#?', 'p@ss:w/rd#?'],
    ['p%40ss', 'p@ss'],
    ['100%', '100%']
  ]) {
    const address = addressOf(`mysql://ops:${written}@db/switchover`)
    expect(address?.password).toBe(meant)
    expect(address?.shown).toBe('mysql://ops@db/switchover')
  }
})

test('what is no such URL is refused without showing what was written', () => {
  for (const url of [
    'mysql://db/switchover',
    'mysql://ops:hush@db',
    'postgres://ops:hush@db:99x/s',
    'mysql://ops:hush@/s'
  ]) {
    expect(() => addressOf(url)).toThrow(/must be like mysql:/)
    expect(() => addressOf(url)).not.toThrow(/hush/)
  }
})
