import type { Fencing } from '../controller/ports.ts'
import { FencingError } from '../errors.ts'
import type { FenceAgent } from './agent.ts'
import type { FencingDeps } from './redfish.ts'
import { createRedfish } from './redfish.ts'
import type { RedfishOptions } from './redfish-options.ts'

/** One entry of the configuration's `fencing`. */
export type FencingAgentConfig = RedfishOptions

/** All configured ways to power. `none` is not among them: where it is configured nobody asks for power. Throws ConfigError. */
export function createFencing(
  configs: Readonly<Record<string, FencingAgentConfig>>,
  deps: FencingDeps
): Fencing & { close(): Promise<void> } {
  const agents = new Map<string, FenceAgent>()
  for (const [name, config] of Object.entries(configs)) {
    if (config.insecure) deps.log.warn({ agent: name }, 'the certificates of BMCs are not checked')
    const urls = [config.url, ...Object.values(config.hosts).map(host => host.url)]
    if (urls.some(url => url?.toLowerCase().startsWith('http://') === true))
      deps.log.warn({ agent: name }, 'BMCs are asked by http://: their passwords cross the network in the clear')
    agents.set(name, createRedfish(name, config, deps))
  }

  function agentNamed(name: string): FenceAgent {
    const agent = agents.get(name)
    if (agent === undefined) throw new FencingError('refused', `no fencing is configured as ${name}`)
    return agent
  }

  return {
    read: async (agent, host, signal) => await agentNamed(agent).read(host, signal),
    powerOff: async (agent, host, signal) => await agentNamed(agent).powerOff(host, signal),
    settleMs: agent => agentNamed(agent).settleMs,
    async close() {
      await Promise.all(Array.from(agents.values(), agent => agent.close()))
    }
  }
}
