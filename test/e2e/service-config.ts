import type { BmcFacts, Lab } from './lab.ts'

/** What a scenario wants other than the usual: hosts compute-01 … 04, spares compute-05 and 06, armed. */
export interface Wishes {
  readonly hosts?: readonly string[]
  readonly spares?: readonly string[]
  readonly armed?: boolean
  readonly hostsDownPercent?: number
  readonly quietMinutes?: number
  readonly method?: 'reserved_host' | 'auto'
  readonly spread?: 'fewest' | 'fastest'
  readonly perSpare?: number
  /** What `alarms apply` makes. */
  readonly alarmTemplate?: Readonly<Record<string, unknown>>
  readonly moveTimeoutSeconds?: number
  /** 8 if not given: the lab calls a host down after 6 s already, so the tests need not wait as long as an operator should. */
  readonly downSeconds?: number
  /** Signs of life beside ssh. */
  readonly probes?: readonly unknown[]
  /** Laid over the segment's `confirm`. */
  readonly confirm?: Readonly<Record<string, unknown>>
  /** How the hosts are powered off; redfish if not given. */
  readonly bmc?: 'redfish' | 'ipmi'
  /** More agents beside `bmc`. */
  readonly agents?: (bmcs: readonly BmcFacts[]) => Readonly<Record<string, unknown>>
  /** Users beside the admin, in clouds.yaml: the admin's entry with these words laid over its `auth`. */
  readonly users?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Laid over the segment. */
  readonly segment?: Readonly<Record<string, unknown>>
  /** Starts what holds the store; a file if not given. */
  readonly store?: () => Promise<StoreServer>
  /** Laid over the whole configuration last. */
  readonly more?: Readonly<Record<string, unknown>>
}

export interface StoreServer {
  readonly url: string
  stop(): Promise<void>
}

export const segment = 'rack-1'
export const secrets = {
  alarms: 'alarm-secret-for-tests',
  operator: 'operator-secret-for-tests',
  viewer: 'viewer-secret-for-tests'
}
export const usualHosts = ['compute-01', 'compute-02', 'compute-03', 'compute-04']
export const usualSpares = ['compute-05', 'compute-06']

/** The configuration file for one scenario; JSON is YAML as well. */
export async function configText(lab: Lab, port: number, storeUrl: string, wishes: Wishes): Promise<string> {
  const bmcs = await lab.bmcConfig()
  return JSON.stringify(
    {
      listen: { host: '127.0.0.1', port },
      store: { url: storeUrl },
      cloud: { name: 'lab' },
      auth: {
        alarms: { tokens: [{ name: 'aodh', secret: secrets.alarms }] },
        operators: {
          tokens: [
            { name: 'olga', secret: secrets.operator, role: 'operator' },
            { name: 'victor', secret: secrets.viewer, role: 'viewer' }
          ]
        }
      },
      armed: wishes.armed ?? true,
      segments: [segmentConfig(bmcs, wishes)],
      fencing: { bmc: wishes.bmc === 'ipmi' ? ipmiConfig(bmcs) : redfishConfig(bmcs), ...wishes.agents?.(bmcs) },
      limits: { recoveriesPerHour: 100 },
      ...(wishes.alarmTemplate === undefined
        ? {}
        : { alarms: { url: `http://127.0.0.1:${port}`, token: 'aodh', template: wishes.alarmTemplate } }),
      ...wishes.more
    },
    undefined,
    2
  )
}

function segmentConfig(bmcs: readonly BmcFacts[], wishes: Wishes): Record<string, unknown> {
  const ports = Object.fromEntries(bmcs.map(bmc => [bmc.host, `127.0.0.1:${bmc.ssh_port}`]))
  return {
    name: segment,
    hosts: { names: wishes.hosts ?? usualHosts },
    spares: { names: wishes.spares ?? usualSpares },
    method: wishes.method ?? 'reserved_host',
    storage: 'shared',
    confirm: {
      downSeconds: wishes.downSeconds ?? 8,
      timeoutSeconds: 60 + (wishes.downSeconds ?? 0),
      alive: [{ ssh: 22, hosts: ports }, ...(wishes.probes ?? [])],
      ...wishes.confirm
    },
    limits: {
      ...{ recoveriesPerHour: 100, hostsDownPercent: wishes.hostsDownPercent ?? 30 },
      ...{ quietMinutes: wishes.quietMinutes ?? 0, failuresPerHost: 1000 }
    },
    approval: 'none',
    fencing: ['bmc'],
    evacuate: {
      perSpare: wishes.perSpare ?? 20,
      moveTimeoutSeconds: wishes.moveTimeoutSeconds ?? 600,
      attempts: 2,
      spread: wishes.spread ?? 'fewest'
    },
    ...wishes.segment
  }
}

export function redfishConfig(bmcs: readonly BmcFacts[]): Record<string, unknown> {
  const hosts = Object.fromEntries(
    bmcs.map(({ host, url, user, password, uuid }) => [host, { url, user, password, uuid }])
  )
  return {
    type: 'redfish',
    url: 'https://{host}.invalid',
    user: 'admin',
    password: 'unused',
    ca: bmcs[0]?.ca_file,
    hosts
  }
}

function ipmiConfig(bmcs: readonly BmcFacts[]): Record<string, unknown> {
  const hosts = Object.fromEntries(
    bmcs.map(({ host, ipmi_address: address, ipmi_port: port, user, password, uuid }) => {
      if (address === undefined || port === undefined)
        throw new Error(`the driver's "bmc config" names no ipmi_address and ipmi_port of ${host}`)
      return [host, { address: `${address}:${port}`, user, password, uuid }]
    })
  )
  // 3: simulators know no newer cipher suite.
  return { type: 'ipmi', address: '{host}.invalid', user: 'admin', password: 'unused', cipherSuite: 3, hosts }
}
