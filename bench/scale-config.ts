import { join } from 'node:path'
import type { BigCloud } from './big-cloud.ts'
import { secrets } from './service-client.ts'

/** What the process of the emulator tells when it is up. */
export interface Started {
  readonly url: string
  readonly cloudsYaml: string
  readonly machines: readonly {
    readonly host: string
    readonly url: string
    readonly uuid: string
    readonly ssh: string
  }[]
}

/** A segment for each rack. The second one (or the only one) moves over all its hosts, so that both kinds of plan can be timed. */
export function configFor(folder: string, port: number, cloud: BigCloud, { machines }: Started): object {
  const ssh = new Map(machines.map(({ host, ssh: address }) => [host, address]))
  return {
    listen: { host: '127.0.0.1', port },
    store: { url: `file:${join(folder, 'switchover.db')}` },
    cloud: { name: 'lab' },
    auth: {
      alarms: { tokens: [{ name: 'aodh', secret: secrets.alarms }] },
      operators: { tokens: [{ name: 'olga', secret: secrets.operator, role: 'operator' }] }
    },
    armed: true,
    segments: cloud.racks.map(({ name, hosts, spares }, index) => ({
      name,
      hosts: { aggregate: name },
      spares: { aggregate: `${name}-spares` },
      method: index === 1 || cloud.racks.length === 1 ? 'auto' : 'reserved_host',
      storage: 'shared',
      confirm: {
        downSeconds: 5,
        timeoutSeconds: 60,
        alive: [{ ssh: 22, hosts: Object.fromEntries([...hosts, ...spares].map(host => [host, ssh.get(host)])) }]
      },
      limits: { recoveriesPerHour: 100, hostsDownPercent: 50 },
      fencing: ['bmc']
    })),
    fencing: {
      bmc: {
        ...{ type: 'redfish', url: 'http://{host}.invalid', user: 'admin', password: 'unused' },
        hosts: Object.fromEntries(machines.map(({ host, ssh: _ssh, ...bmc }) => [host, bmc]))
      }
    },
    limits: { recoveriesPerHour: 100 }
  }
}
