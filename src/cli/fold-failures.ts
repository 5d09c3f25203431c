import type { CheckLine } from '../openstack/connect.ts'

export interface HostFailure {
  readonly host: string
  readonly detail: string
}

const namesMax = 8
/** Each host's BMC has its own. */
const address = /(https?:\/\/)[^\s/]+/g

/** A line for each mistake: one that many hosts share is told once, with their names. `name` is what failed of them. */
export function foldFailures(name: string, failures: readonly HostFailure[]): CheckLine[] {
  const alike = Map.groupBy(failures, ({ host, detail }) => detail.replaceAll(host, '{host}').replace(address, '$1…'))
  return Array.from(alike, ([detail, found]): CheckLine => {
    const [first] = found
    if (found.length === 1 && first !== undefined)
      return { name: `${name} ${first.host}`, ok: false, detail: first.detail }
    return {
      name: `${name} ${found.length} hosts`,
      ok: false,
      detail: `${namesOf(found.map(one => one.host))}: ${detail}`
    }
  })
}

export function namesOf(hosts: readonly string[]): string {
  return hosts.slice(0, namesMax).join(', ') + (hosts.length > namesMax ? ' …' : '')
}
