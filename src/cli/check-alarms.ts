import { alarmsByHost } from '../controller/duties/coverage.ts'
import type { KnownAlarm } from '../controller/ports/ports.ts'
import type { Segment } from '../core/segment.ts'
import { readActionUrl } from '../http/action-url.ts'
import { type AuthConfig, createAuthenticator } from '../http/auth.ts'
import type { CheckLine } from '../openstack/connect.ts'
import { namesOf } from './fold-failures.ts'

/** Hosts of which no alarm would tell: a warning, and a failure where `alarms` says that there is to be one. */
export function checkAlarms(
  segment: Segment,
  known: readonly KnownAlarm[],
  { auth, isWanted }: { readonly auth: AuthConfig; readonly isWanted: boolean }
): CheckLine {
  const authenticate = createAuthenticator(auth)
  const ids = alarmsByHost(known, url => readActionUrl(url, authenticate))
  const without = segment.hosts.filter(host => !ids.has(host))
  const name = `${segment.name} alarms`
  const detail = `${segment.hosts.length - without.length} of ${segment.hosts.length} hosts have one`
  if (without.length === 0) return { name, ok: true, detail }
  const missing = `${detail}; without one: ${namesOf(without)}`
  if (isWanted) return { name, ok: false, detail: `${missing}; switchover alarms apply makes them` }
  return {
    name,
    ok: true,
    warn: true,
    detail: `${missing}. No alarm tells when one of them fails; an alarms section and switchover alarms apply make them`
  }
}
