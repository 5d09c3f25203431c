import type { Logger } from 'pino'
import { type Clock, systemClock } from '../clock.ts'
import type { Environment } from '../config/read-yaml.ts'
import type { Config } from '../config.ts'
import type { Fencing, Nodes, Probe } from '../controller/ports/ports.ts'
import { createDirectory, type Directory, type DirectoryOptions } from '../controller/service/directory.ts'
import { ConfigError } from '../errors.ts'
import { createProbe } from '../evidence/create-probe.ts'
import { createFencing } from '../fencing/fencing.ts'
import { type CallReport, connectOpenStack, type OpenStack } from '../openstack/connect.ts'
import { usualPath } from '../run-program.ts'

/** What lies outside, as configured: everything but the store. */
export interface OutsideWorld {
  readonly openstack: OpenStack
  readonly fencing: Fencing & Nodes
  readonly probe: Probe
  readonly directory: Directory
  close(): Promise<void>
}

/** A host on the management network answers within milliseconds; this is for one that is busy. */
const probeTimeoutMs = 3000

/** For commands that somebody waits for: a Keystone that is away is said soon, not tried for half a minute. */
export const loginTimeoutMs = 5000

/** What the directory needs of the configuration beside the segments. */
export function directoryLimits({ armed, limits, guards, rules }: Config): Omit<DirectoryOptions, 'log'> {
  return { armed, ...limits, guards, rulesSeeHosts: rules.needs.seen }
}

/** Connects nothing yet. Throws ConfigError when the cloud's own files, or those that the configuration names, are wrong. */
export async function connectWorld(
  config: Config,
  env: Environment,
  log: Logger,
  {
    clock = systemClock,
    ...more
  }: { readonly clock?: Clock; readonly onCall?: (report: CallReport) => void; readonly loginTimeoutMs?: number } = {}
): Promise<OutsideWorld> {
  const openstack = await connectOpenStack({ cloud: config.cloud, env, log, ...more })
  const others = await otherClouds(config, env, log)
  const fencing = createFencing(config.fencing, {
    ...{ log, clock },
    path: env.PATH ?? usualPath,
    bareMetal: name => (others.get(name ?? '') ?? openstack).bareMetal
  })
  return {
    openstack,
    fencing,
    probe: createProbe({ timeoutMs: probeTimeoutMs }),
    directory: createDirectory(config.segments, openstack.cloud, { ...directoryLimits(config), log }),
    async close() {
      await fencing.close()
      openstack.close()
      for (const other of others.values()) other.close()
    }
  }
}

/** Those whose Ironic has our hosts as its nodes, by their names in clouds.yaml. */
async function otherClouds(config: Config, env: Environment, log: Logger): Promise<Map<string, OpenStack>> {
  const clouds = new Map<string, OpenStack>()
  for (const [name, agent] of Object.entries(config.fencing)) {
    if (agent.type !== 'ironic' || agent.cloud === undefined || clouds.has(agent.cloud)) continue
    try {
      clouds.set(agent.cloud, await connectOpenStack({ cloud: agent.cloud, env, log }))
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      throw new ConfigError(`fencing.${name}: ${error.source}`, error.mistakes)
    }
  }
  return clouds
}
