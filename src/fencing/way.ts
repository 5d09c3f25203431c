import { createHash } from 'node:crypto'
import type { FencingAgentConfig } from './fencing.ts'

/**
 * Which machine the configuration lets the agent reach for the host, as a short text without secrets. Not which identity it must
 * have: that turns words away, and makes none true. What is stored compares with it, so what goes into it never changes.
 */
export function wayTo(config: FencingAgentConfig, host: string): string {
  return createHash('sha256')
    .update(JSON.stringify(placeOf(config, host)))
    .digest('hex')
}

function placeOf(config: FencingAgentConfig, host: string): readonly unknown[] {
  switch (config.type) {
    case 'redfish': {
      const { url = config.url, system } = config.hosts[host] ?? {}
      return [config.type, url && new URL(url.replaceAll('{host}', host)).href.replace(/\/+$/, ''), system]
    }
    case 'ipmi':
      return [config.type, (config.hosts[host]?.address ?? config.address)?.replaceAll('{host}', host)]
    case 'ironic':
      return [config.type, config.cloud, (config.hosts[host]?.node ?? config.node).replaceAll('{host}', host)]
    case 'exec':
      // Its environment may hold secrets, and a digest of a short one tells it.
      return [config.type, ...config.command]
  }
}
