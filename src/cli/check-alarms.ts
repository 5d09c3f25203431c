import { alarmsByHost } from '../controller/duties/coverage.ts'
import type { KnownAlarm } from '../controller/ports/ports.ts'
import type { Segment } from '../core/segment.ts'
import { readActionUrl } from '../http/action-url.ts'
import { type AuthConfig, createAuthenticator } from '../http/auth.ts'
import type { CheckLine } from '../openstack/connect.ts'

const namesMax = 8

/** Hosts of which no alarm would tell. That is a failure where `alarms` says that there is to be one. */
export function checkAlarms(
  segment: Segment,
  known: readonly KnownAlarm[],
  { auth, isWanted }: { readonly auth: AuthConfig; readonly isWanted: boolean }
): CheckLine {
  const authenticate = createAuthenticator(auth)
  const ids = alarmsByHost(known, url => readActionUrl(url, authenticate))
  const without = segment.hosts.filter(host => !ids.has(host))
  const names = without.slice(0, namesMax).join(', ') + (without.length > namesMax ? ' …' : '')
  const more = isWanted ? `: ${names}; switchover alarms apply makes them` : `: ${names}`
  return {
    name: `${segment.name} alarms`,
    ok: without.length === 0 || !isWanted,
    detail: `${segment.hosts.length - without.length} of ${segment.hosts.length} hosts have one${without.length === 0 ? '' : more}`
  }
}
