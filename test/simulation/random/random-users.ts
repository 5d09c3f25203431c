import type { HostSpec } from '../../../src/emulator/model/spec.ts'
import type { ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'

const states = ['confirming', 'planning', 'fencing', 'isolating', 'preparing', 'moving', 'moving', 'verifying', 'held']

/** Users who delete, stop, start, resize and create servers while their host is recovered. */
export function randomUsers(chance: Chance, host: string, { servers }: HostSpec): ScenarioEvent[] {
  if (!chance.percent(35)) return []
  const names = typeof servers === 'object' ? servers.map(server => server.name) : []
  return Array.from({ length: chance.int(1, 4) }, () => {
    const moment = { when: `${host}: ${chance.pick(states)}`, after: chance.int(0, 12) }
    const deed = chance.weighted({ deleteServer: 3, stopServer: 3, startServer: 3, resizeServer: 2, addServer: 1 })
    if (deed === 'addServer' || names.length === 0)
      return {
        ...moment,
        do: 'addServer' as const,
        host,
        server: { name: `vm-late-${chance.int(1, 9)}`, powerState: 'shutdown' as const }
      }
    return { ...moment, do: deed, server: chance.pick(names) }
  })
}
