import { type Drive, driveProcess } from './drive.ts'

/** How a hypervisor misbehaves; nothing: normal again. */
export interface HostBehaviour {
  readonly spawnSeconds?: number
  readonly failSpawn?: boolean
  /** The guest runs, but Nova is told of a failure. */
  readonly failAfterSpawn?: boolean
  readonly lateTrait?: boolean
}

/** How a BMC misbehaves; the faults add up, nothing: normal again. */
export interface BmcBehaviour {
  readonly unreachable?: boolean
  readonly slowSeconds?: number
  readonly wrongPassword?: boolean
  readonly stuckOn?: boolean
  readonly poweringOffSeconds?: number
  readonly liesOff?: boolean
  readonly errorRate?: number
  readonly identity?: string
}

export interface BmcFacts {
  readonly host: string
  readonly url: string
  readonly ca_file: string
  /** Missing where they speak Redfish only. */
  readonly ipmi_address?: string
  readonly ipmi_port?: number
  readonly user: string
  readonly password: string
  readonly uuid: string
  readonly ssh_port: number
}

export interface BootOptions {
  /** Where the scheduler wants, if not given. */
  readonly host?: string
  readonly flavor?: string
  readonly prefix?: string
  /** A network's name; none if not given. */
  readonly network?: string
  /** From a volume of Cinder each. */
  readonly volume?: boolean
}

/** What the tests need of a cloud beyond its API: each deed is one run of the command in SWITCHOVER_LAB. */
export interface Lab {
  /** Path of the driver's command. */
  readonly command: string
  /** Waits until they are ACTIVE; resolves to their ids. */
  boot(count: number, options: BootOptions): Promise<string[]>
  servers(): Promise<string>
  kill(...hosts: string[]): Promise<void>
  hang(...hosts: string[]): Promise<void>
  panic(...hosts: string[]): Promise<void>
  cut(...hosts: string[]): Promise<void>
  off(...hosts: string[]): Promise<void>
  start(...hosts: string[]): Promise<void>
  behaveHost(host: string, how?: HostBehaviour): Promise<void>
  behaveBmc(host: string, how?: BmcBehaviour): Promise<void>
  /** Resolves to what the BMC says then: On, Off … */
  bmcPower(host: string, deed: 'on' | 'off' | 'status'): Promise<string>
  bmcConfig(): Promise<BmcFacts[]>
  /** A service of the cloud: rabbitmq, mariadb, keystone, nova-api, nova-scheduler, nova-conductor, placement, aodh-evaluator. */
  restart(service: string): Promise<void>
  /** The process that leads the group of that service; undefined if there is none. */
  pidOf(service: string): Promise<number | undefined>
  /** A line for each guest and each hypervisor, and one for each guest that runs twice. */
  guests(): Promise<string[]>
  /** An event alarm on the host's death; resolves to its id. */
  alarm(url: string, host: string, options?: { readonly repeat?: boolean; readonly event?: string }): Promise<string>
  emit(host: string, event?: string): Promise<void>
  reserve(host: string, reason: string): Promise<void>
  unreserve(host: string): Promise<void>
  /** The plain recipe, timed; the driver's own JSON. */
  evacuate(source: string, target: string, concurrency: number): Promise<Record<string, unknown>>
  reset(): Promise<void>
  env(): Promise<Record<string, string>>
  cloudsYaml(): Promise<string>
  tune(...options: string[]): Promise<void>
}

const normalLimitMs = 60_000
const longLimitMs = 900_000
const resetsMax = 5
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `command`: path of the driver, for those who need it; `drive`: runs it, if not as a process. */
export function createLab(command: string, drive: Drive = driveProcess(command)): Lab {
  async function run(limitMs: number, ...words: string[]): Promise<string> {
    const { failure, stdout, stderr } = await drive(words, limitMs)
    if (failure === undefined) return stdout
    throw new Error(`${command} ${words.join(' ')} ${failure}: ${stderr}${stdout}`.trim())
  }
  const deedOnHosts =
    (deed: string) =>
    async (...hosts: string[]) => {
      await run(longLimitMs, 'host', deed, ...hosts)
    }
  return {
    command,
    async boot(count, options) {
      const out = await run(longLimitMs, 'boot', String(count), ...bootWords(options))
      return out.split('\n').filter(line => uuid.test(line))
    },
    servers: () => run(normalLimitMs, 'servers'),
    kill: deedOnHosts('kill'),
    hang: deedOnHosts('hang'),
    panic: deedOnHosts('panic'),
    cut: deedOnHosts('cut'),
    off: deedOnHosts('off'),
    start: deedOnHosts('start'),
    async behaveHost(host, how = {}) {
      await run(normalLimitMs, 'host', 'behave', host, ...hostWords(how))
    },
    async behaveBmc(host, how = {}) {
      await run(normalLimitMs, 'bmc', 'behave', host, ...bmcWords(how))
    },
    bmcPower: async (host, deed) => (await run(normalLimitMs, 'bmc', 'power', host, deed)).trim(),
    bmcConfig: async () => JSON.parse(await run(normalLimitMs, 'bmc', 'config')) as BmcFacts[],
    async restart(service) {
      await run(longLimitMs, 'restart', service)
    },
    async pidOf(service) {
      // Its exit status is 1 when one of them is down.
      const { stdout } = await drive(['status'], normalLimitMs)
      const row = stdout.split('\n').find(line => line.startsWith(`${service} `))
      const pid = Number(row?.split(/ +/)[1])
      return Number.isInteger(pid) ? pid : undefined
    },
    async guests() {
      // Its exit status is 1 when a guest runs twice, and that is an answer too.
      const { stdout } = await drive(['guests'], normalLimitMs)
      return stdout.split('\n').filter(line => line !== '')
    },
    async alarm(url, host, options = {}) {
      const event = options.event === undefined ? [] : ['--event', options.event]
      const repeat = options.repeat === true ? ['--repeat'] : []
      return (await run(normalLimitMs, 'alarm', 'host-down', '--url', url, '--host', host, ...event, ...repeat)).trim()
    },
    async emit(host, event = 'compute.host.down') {
      await run(normalLimitMs, 'emit', host, '--event', event)
    },
    async reserve(host, reason) {
      await run(normalLimitMs, 'host', 'reserve', host, '--reason', reason)
    },
    unreserve: deedOnHosts('unreserve'),
    async evacuate(source, target, concurrency) {
      const words = ['evacuate', source, '--to', target, '--concurrency', String(concurrency)]
      return JSON.parse(await run(longLimitMs, ...words)) as Record<string, unknown>
    },
    async reset() {
      // A cloud on a busy machine needs longer for its hosts to report than its own patience; a reset may be repeated.
      for (let left = resetsMax - 1; ; left--) {
        try {
          await run(longLimitMs, 'reset')
          return
        } catch (error) {
          if (left === 0) throw error
        }
      }
    },
    env: async () => exportsOf(await run(normalLimitMs, 'env')),
    cloudsYaml: () => run(normalLimitMs, 'clouds-yaml'),
    async tune(...options) {
      await run(longLimitMs, 'tune', ...options)
    }
  }
}

function bootWords({ host, flavor, prefix, network, volume }: BootOptions): string[] {
  const words: string[] = []
  if (host !== undefined) words.push('--host', host)
  if (flavor !== undefined) words.push('--flavor', flavor)
  if (prefix !== undefined) words.push('--prefix', prefix)
  if (network !== undefined) words.push('--network', network)
  if (volume === true) words.push('--volume')
  return words
}

function hostWords(how: HostBehaviour): string[] {
  const words: string[] = []
  if (how.spawnSeconds !== undefined) words.push('--spawn-seconds', String(how.spawnSeconds))
  if (how.failSpawn === true) words.push('--fail-spawn')
  if (how.failAfterSpawn === true) words.push('--fail-after-spawn')
  if (how.lateTrait === true) words.push('--late-trait')
  return words
}

function bmcWords(how: BmcBehaviour): string[] {
  const words: string[] = []
  if (how.unreachable === true) words.push('--unreachable')
  if (how.slowSeconds !== undefined) words.push('--slow', String(how.slowSeconds))
  if (how.wrongPassword === true) words.push('--wrong-password')
  if (how.stuckOn === true) words.push('--stuck-on')
  if (how.poweringOffSeconds !== undefined) words.push('--poweringoff', String(how.poweringOffSeconds))
  if (how.liesOff === true) words.push('--lies-off')
  if (how.errorRate !== undefined) words.push('--error-rate', String(how.errorRate))
  if (how.identity !== undefined) words.push('--identity', how.identity)
  return words
}

function exportsOf(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const match = /^export (\w+)=(.*)$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined) found[match[1]] = match[2]
  }
  return found
}
