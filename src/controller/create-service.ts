import { randomUUID } from 'node:crypto'
import type { HostsReading } from '../core/inventory.ts'
import { findHost, isUp } from '../core/inventory.ts'
import { spareReason } from '../core/marks.ts'
import { continueRecovery } from '../core/open.ts'
import type { Segment } from '../core/segment.ts'
import { isArmed } from './check-guards.ts'
import type { Directory } from './directory.ts'
import { dryRun } from './dry-run.ts'
import type { Intake } from './intake.ts'
import type { Ports } from './ports.ts'
import type { Dependency, SegmentView, Service } from './service.ts'

export interface ServiceOptions {
  readonly ports: Ports
  readonly directory: Directory
  readonly intake: Intake
  readonly nudge: (recovery?: string) => void
  readonly dependencies: () => readonly Dependency[]
}

/** The application behind the routes: intake, operators' commands and views. */
export function createService({ ports, directory, intake, nudge, dependencies }: ServiceOptions): Service {
  const { store } = ports
  return {
    receive: intake.receive,
    dependencies,
    knowsSegment: name => directory.segment(name) !== undefined,

    async resolve(id, host) {
      const signal = await store.signal(id)
      if (signal === undefined) return undefined
      if (signal.outcome !== 'unresolved' && signal.outcome !== 'received') return 'settled'
      return await intake.settleWith(
        id,
        { source: signal.source, ...(signal.alarm === undefined ? {} : { alarm: signal.alarm }) },
        host
      )
    },

    async dryRun(host) {
      await directory.refresh()
      const segment = directory.segmentOf(host)
      return segment === undefined ? undefined : await dryRun(ports, host, segment)
    },

    async command(command) {
      const stored = command.kind === 'retry' ? await store.recovery(command.recovery) : undefined
      const successor =
        stored?.recovery.phase.state === 'partial'
          ? continueRecovery(randomUUID(), stored.recovery, ports.clock.now())
          : undefined
      const answer = await store.command(command, successor)
      nudge(typeof answer === 'object' ? answer.recovery : command.recovery)
      return answer
    },

    async setArming(change, actor, reason) {
      const arming = await store.setArming(change, actor, reason)
      nudge()
      return arming
    },

    async segments() {
      const [targets, arming, summary] = await Promise.all([
        store.targets(),
        store.arming(),
        store.recoveries({ state: 'open', limit: 500 })
      ])
      const open = new Map(summary.items.map(({ recovery }) => [recovery.host, recovery.id]))
      return directory.segments().map(segment =>
        viewOf(segment, {
          armed: isArmed(segment.name, arming, directory),
          reading: directory.reading(),
          targets,
          open
        })
      )
    }
  }
}

interface Seen {
  readonly armed: boolean
  readonly reading: HostsReading | undefined
  readonly targets: Readonly<Record<string, string>>
  readonly open: ReadonlyMap<string, string>
}

function viewOf(segment: Segment, seen: Seen): SegmentView {
  const spares = segment.spares.map(name => spareView(name, seen))
  return {
    name: segment.name,
    armed: seen.armed,
    method: segment.settings.method,
    spares,
    spareLeft: segment.settings.method === 'auto' || spares.some(spare => spare.ready),
    hosts: segment.hosts.map(name => {
      const recovery = seen.open.get(name)
      return { ...stateOf(name, seen), ...(recovery === undefined ? {} : { recovery }) }
    })
  }
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
        ? 'Nova lists no such nova-compute'
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
