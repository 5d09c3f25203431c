import type { Policy } from '../controller/ports/ports.ts'
import { domainsOf } from '../core/guards/domain.ts'
import type { Aggregate } from '../core/inventory.ts'
import type { Segment } from '../core/segment.ts'
import type { CheckLine } from '../openstack/connect.ts'

/** Whether the segment would act, and whether its hosts have the failure domains by which they are limited. */
export function checkGuards(
  { name, hosts }: Pick<Segment, 'name' | 'hosts'>,
  policy: Pick<Policy, 'armed' | 'domain'>,
  aggregates: readonly Aggregate[]
): CheckLine[] {
  const armed = policy.armed(name) ? 'armed' : 'only observes'
  const switchLine = { name: `${name} armed`, ok: true, detail: `${armed} by the file; the API's word wins over it` }
  const { domain } = policy
  if (domain === undefined) return [switchLine]
  const without = hosts.filter(host => domainsOf(host, aggregates, domain.key).length === 0)
  const named = `${without.slice(0, 5).join(', ')}${without.length > 5 ? ' …' : ''}`
  const detail =
    without.length === 0
      ? `each host has one, by the key ${domain.key}`
      : `no aggregate with the metadata ${domain.key} has ${named}: they are limited by no domain`
  return [switchLine, { name: `${name} failure domains`, ok: without.length === 0, detail }]
}
