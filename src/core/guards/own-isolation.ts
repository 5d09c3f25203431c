import type { HostsReading } from '../inventory.ts'
import { isComplete, isUp } from '../inventory.ts'
import type { GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'

/** Nova itself takes a service for down after so long. When not a single one has reported since, it is not the hosts. */
const staleMs = 60_000

/** Is it us? What we can't read, or see down all at once, speaks for our own or Nova's trouble. Closed when its input is missing. */
export function ownIsolationGuard(reading: HostsReading | undefined, error?: string): GuardReport {
  if (reading === undefined)
    return closed('own-isolation', `Nova can't be read: ${error ?? 'no answer'}`, 'world', { readable: false })
  const { atMs, hosts, control = [] } = reading
  const up = hosts.filter(isUp).length
  const unreadable = hosts.filter(host => host.state === 'unknown' || host.status === 'unknown').map(({ name }) => name)
  const reports = [...hosts, ...control].flatMap(({ reportedAtMs }) => reportedAtMs ?? [])
  const newest = reports.length === 0 ? undefined : Math.max(0, atMs - Math.max(...reports))
  const inputs = {
    readable: true,
    up,
    of: hosts.length,
    unreadable,
    ...(newest === undefined ? {} : { newestReportSeconds: Math.round(newest / 1000) })
  }
  if (!isComplete(reading))
    return closed(
      'own-isolation',
      "a cell of Nova can't be read, so lists of servers are not complete",
      'world',
      inputs
    )
  if (up === 0)
    return closed('own-isolation', 'Nova sees no host up: more likely its or our own trouble', 'world', inputs)
  return newest !== undefined && newest > staleMs
    ? closed(
        'own-isolation',
        'no service of Nova reports any more: more likely its database or its queue',
        'world',
        inputs
      )
    : clear('own-isolation', `Nova sees ${up} of ${hosts.length} hosts up`, inputs)
}

/** Which BMCs answered when that of the failed host did not. */
export interface BmcLink {
  readonly answering: readonly string[]
  readonly silent: readonly string[]
}

/** BMCs of hosts that live don't answer either: it is our own link to them. Open when there is none to ask: a fence without proof holds anyway. */
export function bmcNetworkGuard(host: string, link: BmcLink | undefined): GuardReport {
  if (link === undefined) return clear('bmc-network', `no other BMC was asked about our link to that of ${host}`, {})
  const { answering, silent } = link
  const inputs = { answering, silent }
  if (answering.length > 0)
    return clear('bmc-network', `the BMC of ${host} does not answer, that of ${answering.join(', ')} does`, inputs)
  return silent.length === 0
    ? clear('bmc-network', `the BMC of ${host} does not answer, and there is no other one to ask`, inputs)
    : closed(
        'bmc-network',
        `neither the BMC of ${host} nor that of ${silent.join(', ')} answers: more likely our own link to them`,
        'world',
        inputs
      )
}
