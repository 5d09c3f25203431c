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

test('how it is encrypted stands behind it', () => {
  const of = (options: string) => addressOf(`mysql://ops:p@ss/w?rd@db/switchover${options}`)
  expect(of('')).toMatchObject({ tls: { mode: 'off' }, password: 'p@ss/w?rd', database: 'switchover' })
  expect(of('?tls=required')?.tls).toEqual({ mode: 'required' })
  expect(of('?ca=/etc/ssl/db.pem')?.tls).toEqual({ mode: 'verified', ca: '/etc/ssl/db.pem' })
  expect(of('?tls=required&ca=/etc/ssl/db.pem')).toMatchObject({
    tls: { mode: 'required', ca: '/etc/ssl/db.pem' },
    database: 'switchover',
    shown: 'mysql://ops@db/switchover'
  })
  for (const [options, words] of [
    ['?tls=yes', /tls must be off, required or verified/],
    ['?sslmode=require', /sslmode is written tls=required/],
    [
      '?ssl-mode=REQUIRED&x=1',
      /ssl-mode is written[\s\S]*knows the options tls=off\|required\|verified and ca=FILE only/
    ],
    ['?tls=off&ca=/x', /no use with tls=off/],
    ['?tls=required&tls=off', /has the option tls twice/],
    ['?ca=', /ca must name a file/]
  ] as const) {
    expect(() => of(options)).toThrow(words)
    expect(() => of(options)).not.toThrow(/p@ss/)
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
