import type { Fencing, Nodes } from '../controller/ports/ports.ts'
import { FencingError, messageOf } from '../errors.ts'
import type { FenceAgent, FencingDeps } from './agent.ts'
import { createExec, type ExecOptions } from './exec.ts'
import type { IpmiOptions } from './ipmi/options.ts'
import { createIpmi } from './ipmi.ts'
import { createIronic, type IronicOptions } from './ironic.ts'
import type { RedfishOptions } from './redfish/options.ts'
import { createRedfish } from './redfish.ts'
import { wayTo } from './way.ts'

/** One entry of the configuration's `fencing`. */
export type FencingAgentConfig = RedfishOptions | IpmiOptions | IronicOptions | ExecOptions

/** For the power-offs of an agent that a restart has taken away: no agent's takes longer to end unless its owner says so. */
const goneSettleMs = 180_000

/** Longer than this Ironic does not keep another agent waiting. */
const ironicLimitMs = 10_000

/** All configured ways to power. `none` is not among them: where it is configured nobody asks for power. Throws ConfigError. */
export function createFencing(
  configs: Readonly<Record<string, FencingAgentConfig>>,
  deps: FencingDeps
): Fencing & Nodes & { close(): Promise<void> } {
  const agents = new Map(Object.entries(configs).map(([name, config]) => [name, createAgent(name, config, deps)]))

  function agentNamed(name: string): FenceAgent {
    const agent = agents.get(name)
    if (agent === undefined) throw new FencingError('refused', `no fencing is configured as ${name}`)
    return agent
  }

  /** Ironic switches on again what others powered off, unless it was told before. */
  async function tellIronic(asked: string, host: string, signal: AbortSignal | undefined): Promise<void> {
    for (const [name, agent] of agents) {
      if (name === asked || agent.leaveAlone === undefined) continue
      const limit = AbortSignal.timeout(ironicLimitMs)
      try {
        await agent.leaveAlone(host, signal === undefined ? limit : AbortSignal.any([signal, limit]))
      } catch (error) {
        signal?.throwIfAborted()
        // A host that runs is worse than one that may be switched on again, which each round of the moves looks for.
        deps.log.warn({ agent: name, host, err: messageOf(error) }, 'Ironic could not be told to leave the host off')
      }
    }
  }

  return {
    read: async (agent, host, signal) => await agentNamed(agent).read(host, signal),
    async powerOff(name, host, signal) {
      const agent = agentNamed(name)
      await tellIronic(name, host, signal)
      await agent.powerOff(host, signal)
    },
    settleMs(name) {
      const told = [...agents].filter(([other, { leaveAlone }]) => other !== name && leaveAlone !== undefined)
      return (agents.get(name)?.settleMs ?? goneSettleMs) + told.length * ironicLimitMs
    },
    wayOf(agent, host) {
      const config = configs[agent]
      return config === undefined ? 'not configured' : wayTo(config, host)
    },
    async maintenanceOf(host, signal) {
      for (const agent of agents.values()) {
        const found = (await agent.maintenanceOf?.(host, signal)) ?? 'not applicable'
        if (found !== 'not applicable') return found
      }
      return 'not applicable'
    },
    async close() {
      await Promise.all(Array.from(agents.values(), agent => agent.close()))
    }
  }
}

/**
 * What keeps the power of `host` from being that of another machine. `checked`: the configuration says which one must answer, or
 * Ironic goes by the node's name. `missing`: it does not, and must. `unchecked`: it does not, and the operator's command need not.
 */
export function identificationOf(
  config: FencingAgentConfig | undefined,
  host: string
): 'checked' | 'missing' | 'unchecked' {
  switch (config?.type) {
    case 'redfish':
      return config.hosts[host]?.uuid === undefined && config.hosts[host]?.serial === undefined ? 'missing' : 'checked'
    case 'ipmi':
      return config.hosts[host]?.uuid === undefined ? 'missing' : 'checked'
    case 'exec':
      return config.hosts[host]?.identity === undefined ? 'unchecked' : 'checked'
    case 'ironic':
      return 'checked'
    case undefined:
      return 'missing'
  }
}

function createAgent(name: string, config: FencingAgentConfig, deps: FencingDeps): FenceAgent {
  switch (config.type) {
    case 'redfish':
      warnOf(name, config, deps)
      return createRedfish(name, config, deps)
    case 'ipmi':
      return createIpmi(name, config, deps)
    case 'ironic':
      return createIronic(name, config, deps)
    case 'exec':
      return createExec(name, config, deps)
  }
}

function warnOf(agent: string, { insecure, url, hosts }: RedfishOptions, { log }: FencingDeps): void {
  if (insecure) log.warn({ agent }, 'the certificates of BMCs are not checked')
  const urls = [url, ...Object.values(hosts).map(host => host.url)]
  if (urls.some(each => each?.toLowerCase().startsWith('http://') === true))
    log.warn({ agent }, 'BMCs are asked by http://: their passwords cross the network in the clear')
}
