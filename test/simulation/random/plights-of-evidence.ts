import type { AliveSource } from '../../../src/core/segment.ts'
import type { Deed, Scenario, ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'
import { host, rack } from './rack.ts'

const ssh: AliveSource = { kind: 'ssh', port: 22, hosts: {} }
const storage: AliveSource = { kind: 'exec', name: 'storage', command: ['/bin/hb'], beside: 'network', hosts: {} }

/** Cut off, its heartbeat on the storage goes on, or stops or begins again at some moment; where nothing fences, it must not move. */
export function cutOffAndBeating(chance: Chance): Omit<Scenario, 'expect'> {
  const moment = chance.pick(['confirming', 'planning', 'fencing', 'isolating', 'held'])
  const isLost = chance.percent(40)
  const changes: ScenarioEvent[] = chance.percent(60)
    ? [{ when: `${host}: ${moment}`, after: chance.int(0, 70), do: isLost ? 'regainStorage' : 'loseStorage', host }]
    : []
  return {
    world: { hosts: rack(chance.int(2, 4), 1) },
    segment: { alive: [ssh, storage], ...(chance.percent(50) && { fencing: ['none'] }) },
    events: [
      ...(isLost ? [{ at: 4, do: 'loseStorage', host } as const] : []),
      { at: 5, do: 'cutOff', host },
      { at: 10, do: 'alarm', host },
      ...changes
    ]
  }
}

/** It runs, cut off, its heartbeat on the storage goes on, and nothing can fence it; one day it may die after all. */
export function cutOffAndUnfenced(chance: Chance): Omit<Scenario, 'expect'> {
  const dies = chance.percent(40)
  return {
    world: { hosts: rack(chance.int(2, 4), 1) },
    segment: { alive: [ssh, storage], fencing: ['none'] },
    events: [
      { at: 5, do: 'cutOff', host },
      { at: 10, do: 'alarm', host },
      ...(dies ? [{ when: `${host}: held`, after: chance.int(10, 120), do: 'panic', host } as const] : [])
    ]
  }
}

/** One feed says at once that the host came on, before the first server leaves; the other takes its time for each answer. */
export function feedComesOnBesideASlowOne(chance: Chance): Omit<Scenario, 'expect'> {
  const feeds = ['feed-a', 'feed-b']
  const slow = chance.pick(feeds)
  const perTarget = chance.int(1, 3)
  const when = `${host}: ${chance.pick(['isolating', 'preparing'])}`
  return {
    world: {
      hosts: {
        ...rack(12, 1, { habits: { spawnMs: chance.int(1, 3) * 1000 } }),
        [host]: { servers: 12, bmcs: { [slow]: { slowMs: chance.int(15, 20) * 1000 } } }
      }
    },
    segment: { fencing: [{ all: feeds }], settings: { evacuate: { perTarget } } },
    events: [
      { at: 5, do: 'panic', host },
      { at: 10, do: 'alarm', host },
      { when, after: chance.int(0, 2), do: 'boot', host }
    ]
  }
}

/** More sources are asked for than one, and those there are can't be asked for a while, or for good. */
export function sourcesThatFail(chance: Chance): Omit<Scenario, 'expect'> {
  const hasStorage = chance.percent(40)
  const hasPower = chance.percent(40)
  const most = 2 + Number(hasStorage) + Number(hasPower)
  return {
    world: { hosts: rack(chance.int(2, 4), 1) },
    segment: {
      alive: [ssh, ...(hasStorage ? [storage] : [])],
      ...(hasPower && { power: { agent: 'bmc', timeoutMs: 10_000 } }),
      settings: { confirm: { sourcesMin: chance.percent(75) ? 2 : most } }
    },
    events: [
      // What is off already is fenced without a power-off, and what answers is not dead: most of them are neither.
      { at: 5, do: chance.weighted({ panic: 4, cutOff: 4, powerOff: 1, killCompute: 1 }), host },
      { at: 10, do: 'alarm', host }
    ],
    faults: [
      {
        on: chance.weighted({ 'probe.ask': 6, 'cloud.addresses': 1, 'fencing.read': 1 }),
        in: 'confirming',
        times: chance.pick([40, 400]),
        do: chance.weighted({ errorBefore: 4, hang: 1 }),
        ms: 20_000
      }
    ]
  }
}

/** It reports, an alarm stands, and its storage is gone; then that comes back, or the alarm goes, or the host dies after all. */
export function reportsWithoutStorage(chance: Chance): Omit<Scenario, 'expect'> {
  const at = chance.int(20, 300)
  const then = chance.pick<Deed>([
    ...(['regainStorage', 'panic', 'cutOff', 'killCompute'] as const).map(deed => ({ do: deed, host })),
    { do: 'ok', host }
  ])
  return {
    world: { hosts: rack(chance.int(2, 4), 1) },
    segment: { alive: [ssh, storage], ...(chance.percent(30) && { settings: { confirm: { degraded: 'dismiss' } } }) },
    events: [
      { at: 5, do: 'loseStorage', host },
      { at: 10, do: 'alarm', host },
      { at, ...then },
      { at: at + 5, do: 'alarm', host }
    ]
  }
}
