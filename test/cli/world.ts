import type { Host, HostsReading, Server } from '../../src/core/inventory.ts'
import type { Segment } from '../../src/core/segment.ts'

export const host = (name: string, more: Partial<Host> = {}): Host => ({
  name,
  serviceId: `id-of-${name}`,
  status: 'enabled',
  state: 'up',
  forcedDown: false,
  ...more
})

export const spare = (name: string, more: Partial<Host> = {}): Host =>
  host(name, { status: 'disabled', disabledReason: 'switchover: spare', ...more })

export const facts = (...hosts: Host[]): { reading: HostsReading; bareMetal: string[] } => ({
  reading: { atMs: 0, hosts },
  bareMetal: []
})

/** A cloud in which hosts run as many servers as the table says. */
export const cloudWith = (counts: Readonly<Record<string, number>> = {}) => ({
  serversOn: async (name: string): Promise<Server[]> =>
    Array.from({ length: counts[name] ?? 0 }, (_, index) => ({
      id: `${name}-${index}`,
      name: `server-${index}`,
      projectId: 'p',
      host: name,
      vmState: 'active',
      powerState: 'running',
      locked: false,
      launched: true,
      localDisk: false,
      flavorNeed: {},
      extraSpecs: {},
      volumes: [],
      metadata: {}
    }))
})

export const segment = (more: Partial<Segment> = {}): Segment => ({
  name: 'rack-a',
  hosts: ['compute-01', 'compute-02'],
  spares: ['spare-1'],
  settings: {
    method: 'reserved_host',
    storage: 'shared',
    allowLocalDiskLoss: false,
    confirm: { downMs: 20_000, timeoutMs: 120_000 },
    evacuate: { perTarget: 8, moveTimeoutMs: 600_000, attempts: 2, spread: 'fewest', moveUnusual: true }
  },
  alive: [],
  fencing: [{ agents: ['bmc'], timeoutMs: 90_000, retries: 2 }],
  approval: 'none',
  limits: { recoveriesPerHour: 1, hostsDownPercent: 30, quietMs: 0, failuresPerHost: 10, failuresWindowMs: 86_400_000 },
  ...more
})
