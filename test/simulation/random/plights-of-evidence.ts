import type { AliveSource } from '../../../src/core/segment.ts'
import type { Scenario, ScenarioEvent } from '../scenario.ts'
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

/** More sources are asked for than one, and those there are can't be asked for a while. */
export function sourcesThatFail(chance: Chance): Omit<Scenario, 'expect'> {
  const on = chance.pick(['probe.ask', 'fencing.read', 'cloud.addresses'] as const)
  return {
    world: { hosts: rack(chance.int(2, 4), 1) },
    segment: {
      alive: [ssh, ...(chance.percent(50) ? [storage] : [])],
      power: { agent: 'bmc', timeoutMs: 10_000 },
      settings: { confirm: { sourcesMin: chance.int(2, 3) } }
    },
    events: [
      { at: 5, do: chance.pick(['panic', 'powerOff', 'cutOff', 'killCompute'] as const), host },
      { at: 10, do: 'alarm', host }
    ],
    faults: [
      {
        on,
        in: 'confirming',
        times: chance.int(20, 200),
        do: chance.pick(['errorBefore', 'hang'] as const),
        ms: 20_000
      }
    ]
  }
}
