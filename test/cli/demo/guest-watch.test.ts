import { afterEach, expect, test } from '@jest/globals'
import { countGuests, type GuestWatch, watchGuests } from '../../../src/cli/demo/seen/guest-watch.ts'
import { lookAtWorld } from '../../../src/cli/demo/seen/look-at-world.ts'
import { createWorld } from '../../../src/emulator/model/create-world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import { createVirtualClock } from '../../simulation/virtual-clock.ts'
import { move, recovery } from './scenes.ts'

let watch: GuestWatch | undefined
afterEach(() => watch?.stop())

const world = () =>
  createWorld(createVirtualClock(), {
    hosts: {
      'compute-01': { servers: [{ name: 'web' }, { name: 'db', vmState: 'stopped' }] },
      'compute-02': { servers: [{ name: 'api' }] },
      'spare-1': { spare: true }
    }
  })

test('each guest that should run runs once, and stopped ones nowhere', () => {
  expect(countGuests(world())).toEqual({ runningOnce: 2, stopped: 1, wrong: [] })
})

test('a guest on two hypervisors is seen, and so is one that runs nowhere or should not run', () => {
  const cloud = world()
  watch = watchGuests(cloud)
  watch.look()
  expect(watch.twice()).toEqual([])
  hostOf(cloud, 'spare-1').running.add('web')
  hostOf(cloud, 'spare-1').running.add('db')
  hostOf(cloud, 'compute-02').running.clear()
  watch.look()
  expect(watch.twice()).toEqual(['web ran on compute-01 and spare-1'])
  expect(countGuests(cloud)).toEqual({ runningOnce: 0, stopped: 0, wrong: ['web', 'db', 'api'] })
})

test('that it ran twice once is not forgotten, nor what the model itself found', () => {
  const cloud = world()
  watch = watchGuests(cloud)
  hostOf(cloud, 'spare-1').running.add('web')
  watch.look()
  hostOf(cloud, 'spare-1').running.clear()
  cloud.findings.push('3: api runs on a and b')
  watch.look()
  expect(watch.twice()).toEqual(['web ran on compute-01 and spare-1', '3: api runs on a and b'])
})

test('servers are shown where they run, else where Nova places them', () => {
  const cloud = world()
  const [first] = [hostOf(cloud, 'compute-01')]
  first.running.clear()
  first.powered = false
  first.forcedDown = true
  hostOf(cloud, 'spare-1').running.add('web')
  const hosts = lookAtWorld(cloud, ['spare-1'], [recovery({ moveList: [move('web', 'moving', { server: 'web' })] })])
  expect(hosts).toEqual([
    {
      name: 'compute-01',
      isSpare: false,
      state: 'off',
      marks: ['forced down'],
      guests: [{ name: 'db', state: 'stopped', isMoved: false }]
    },
    {
      name: 'compute-02',
      isSpare: false,
      state: 'up',
      marks: [],
      guests: [{ name: 'api', state: 'runs', isMoved: false }]
    },
    {
      name: 'spare-1',
      isSpare: true,
      state: 'up',
      marks: [],
      guests: [{ name: 'web', state: 'runs', isMoved: true }]
    }
  ])
})
