import type { HostsReading } from '../inventory.ts'
import type { GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'

const kinds = ['scheduler', 'conductor'] as const

/** Without a scheduler and a conductor no server gets anywhere. Open when Nova lists none of a kind: then it does not tell. */
export function controlPlaneGuard({ control = [] }: HostsReading): GuardReport {
  const counts = kinds.map(kind => {
    const all = control.filter(service => service.kind === kind)
    return { kind, up: all.filter(service => service.state === 'up').length, of: all.length }
  })
  const inputs = Object.fromEntries(counts.map(({ kind, up, of }) => [`${kind}s`, `${up} of ${of} up`]))
  const missing = counts.filter(({ up, of }) => of > 0 && up === 0).map(({ kind }) => `nova-${kind}`)
  if (missing.length > 0)
    return closed('control-plane', `no ${missing.join(' and no ')} is up: no server can be moved`, 'world', inputs)
  const unknown = counts.filter(({ of }) => of === 0).map(({ kind }) => `nova-${kind}`)
  return unknown.length > 0
    ? clear('control-plane', `Nova lists no ${unknown.join(' and no ')}, so nothing is known of it`, inputs)
    : clear('control-plane', 'a nova-scheduler and a nova-conductor are up', inputs)
}
