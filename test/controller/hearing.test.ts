import { beforeEach, expect, test } from '@jest/globals'
import { createHearing } from '../../src/controller/lease/hearing.ts'
import type { Arming, Command, Ports, RecoveryStore } from '../../src/controller/ports/ports.ts'
import { StoreUnavailable } from '../../src/errors.ts'
import { logOf } from './builders.ts'

let woken: string[]
let arming: Arming
let waiting: string[]
let store: Partial<RecoveryStore>

const listener = (recovery: string) => ({ lease: { recovery }, wake: () => void woken.push(recovery) })
const both = [listener('r-1'), listener('r-2')]
const settled = () => new Promise(resolve => setImmediate(resolve))

beforeEach(() => {
  woken = []
  waiting = []
  arming = { segments: {}, atMs: 1 }
  store = {
    commands: async id => (waiting.includes(id) ? [{} as Command] : []),
    arming: async () => arming
  }
})

const hearing = () => createHearing({ store: store as Ports['store'], log: logOf() })

test('arming that another replica was told wakes all, once', async () => {
  const { ask } = hearing()
  ask(both)
  await settled()
  expect(woken).toEqual([])
  arming = { armed: true, segments: {}, atMs: 2 }
  ask(both)
  await settled()
  ask(both)
  await settled()
  expect(woken).toEqual(['r-1', 'r-2'])
})

test('the first word on arming that there ever was is heard as well', async () => {
  arming = { segments: {} }
  const { ask } = hearing()
  ask(both)
  await settled()
  arming = { armed: true, segments: {}, atMs: 2 }
  ask(both)
  await settled()
  expect(woken).toEqual(['r-1', 'r-2'])
})

test('a command wakes the one that it is about', async () => {
  waiting = ['r-2']
  hearing().ask(both)
  await settled()
  expect(woken).toEqual(['r-2'])
})

test('a store that fails is asked again, and one that is slow is not asked the more', async () => {
  let asked = 0
  const { promise, resolve } = Promise.withResolvers<Arming>()
  store.arming = async () => (++asked === 1 ? Promise.reject(new StoreUnavailable('away')) : await promise)
  const { ask } = hearing()
  for (let round = 0; round < 4; round++) {
    ask(both)
    await settled()
  }
  expect(asked).toBe(2)
  resolve(arming)
  await settled()
  ask(both)
  expect(asked).toBe(3)
})
