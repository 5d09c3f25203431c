import type { HostsReading } from '../../core/inventory.ts'
import { findHost, isUp } from '../../core/inventory.ts'
import { spareReason } from '../../core/marks.ts'
import type { Segment } from '../../core/segment.ts'
import type { HostCoverage } from '../duties/coverage.ts'
import type { Rehearsed, SegmentView } from './service.ts'

export interface Seen {
  readonly armed: boolean
  /** undefined: the cloud can't be read, and `error` says why. No figures are better than old ones. */
  readonly reading: HostsReading | undefined
  readonly error: string
  readonly targets: Readonly<Record<string, string>>
  readonly open: ReadonlyMap<string, string>
  /** undefined: Aodh's alarms are not known. */
  readonly coverage: ReadonlyMap<string, HostCoverage> | undefined
  /** undefined: nobody rehearses, or there is nothing to rehearse. */
  readonly rehearsed: readonly Rehearsed[] | undefined
}

/** A segment as it is now. */
export function viewOf(segment: Segment, seen: Seen): SegmentView {
  const spares = segment.spares.map(name => spareView(name, seen))
  return {
    name: segment.name,
    armed: seen.armed,
    method: segment.settings.method,
    spares,
    ...(seen.rehearsed === undefined ? {} : { rehearsed: seen.rehearsed }),
    spareLeft: segment.settings.method === 'auto' || spares.some(spare => spare.ready),
    hosts: segment.hosts.map(name => {
      const recovery = seen.open.get(name)
      return { ...stateOf(name, seen), ...(recovery === undefined ? {} : { recovery }), ...alarmsOf(name, seen) }
    })
  }
}

function alarmsOf(name: string, { coverage }: Seen): { alarms?: number; alarmHeardAtMs?: number } {
  const found = coverage?.get(name)
  if (found === undefined) return {}
  const { alarms, heardAtMs } = found
  return heardAtMs === undefined ? { alarms } : { alarms, alarmHeardAtMs: heardAtMs }
}

function stateOf(
  name: string,
  { reading }: Seen
): { name: string; state: string; status: string; forcedDown: boolean } {
  const host = reading === undefined ? undefined : findHost(reading, name)
  return {
    name,
    state: host?.state ?? 'unknown',
    status: host?.status ?? 'unknown',
    forcedDown: host?.forcedDown ?? false
  }
}

/** Ready for the next failure: up, disabled with our reason, and no recovery has it. */
function spareView(name: string, seen: Seen): SegmentView['spares'][number] {
  const host = seen.reading === undefined ? undefined : findHost(seen.reading, name)
  const heldBy = seen.targets[name]
  const because =
    heldBy !== undefined
      ? `recovery ${heldBy} has it`
      : host === undefined
        ? seen.reading === undefined
          ? `the cloud's hosts can't be read: ${seen.error}`
          : 'Nova lists no such nova-compute'
        : !isUp(host)
          ? `Nova calls it ${host.forcedDown ? 'forced down' : host.state}`
          : host.status === 'enabled'
            ? 'it is enabled: it takes new servers like any host (switchover spares adopt makes it a spare)'
            : host.disabledReason === spareReason
              ? undefined
              : `it was disabled by others${host.disabledReason === undefined ? '' : ` ("${host.disabledReason}")`}`
  return {
    name,
    state: host?.state ?? 'unknown',
    status: host?.status ?? 'unknown',
    ready: because === undefined,
    ...(heldBy === undefined ? {} : { heldBy }),
    ...(because === undefined ? {} : { because })
  }
}
