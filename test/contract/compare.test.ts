import { expect, test } from '@jest/globals'
import { compareCase } from './compare.ts'
import { normalised } from './observation.ts'
import { shapeOf } from './steps/shape.ts'

const names = ['Zed', 'the emulator'] as const

test('a fact that differs, a fact that one lacks and a step that one lacks are each told', () => {
  const real = [
    { step: 'first', code: 200, host: 'compute-04' },
    { step: 'second', code: 409 }
  ]
  const emulated = [{ step: 'first', code: 202, fault: null }]
  expect(compareCase(names, real, emulated)).toEqual([
    'first / code: Zed 200, the emulator 202',
    'first / host: Zed "compute-04", the emulator says nothing',
    'first / fault: Zed says nothing, the emulator null',
    'second: only Zed came there'
  ])
})

test('what lies deep is told with the way there, a list of another length as a whole', () => {
  const real = [{ step: 'first', body: { server: { host: 'compute-04', tags: [], links: [{ rel: 'self' }] } } }]
  const emulated = [{ step: 'first', body: { server: { host: null, tags: ['a'], links: [{ rel: 'next' }] } } }]
  expect(compareCase(names, real, emulated)).toEqual([
    'first / body.server.host: Zed "compute-04", the emulator null',
    'first / body.server.tags: Zed [], the emulator ["a"]',
    'first / body.server.links.0.rel: Zed "self", the emulator "next"'
  ])
})

test('what is the same is not told, in whichever order its keys are', () => {
  const real = [{ step: 'first', service: { state: 'down', forced_down: true } }]
  const emulated = [{ step: 'first', service: { forced_down: true, state: 'down' } }]
  expect(compareCase(names, real, emulated)).toEqual([])
})

test('ids with a name are called by it, others lose their digits', () => {
  const [server, other] = ['0a0b0c0d-1111-2222-3333-444455556666', 'ffffffff-1111-2222-3333-444455556666']
  const message = `Instance ${server} (instance-0000002a) of ${other}, req-${other}`
  expect(normalised({ message }, new Map([[server, 'server']]))).toEqual({
    message: 'Instance <server> (<instance>) of <uuid>, <request>'
  })
})

test('a shape has the keys and types of a value, and each kind of item of a list once', () => {
  const value = { b: [{ id: 1 }, { id: 2 }, { id: 'x', at: null }], a: true, none: [] }
  expect(shapeOf(value)).toEqual({
    a: 'boolean',
    b: [{ at: 'null', id: 'string' }, { id: 'number' }],
    none: []
  })
})
