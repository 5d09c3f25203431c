import { membersOf } from '../../core/segment.ts'
import type { Ports } from '../ports/ports.ts'
import type { Directory } from '../service/directory.ts'
import type { Intake } from '../service/intake.ts'
import { createAlarmPoll, type ReadAction } from './poll-alarms.ts'

export interface PollOptions {
  /** Alarms that fired and whose delivery was lost. */
  readonly alarms: boolean
  /** Hosts that Nova calls down though no alarm says so. */
  readonly services: boolean
}

/**
 * Aodh sends a notification once and forgets it, whatever became of it, so we look ourselves, and on each start: what was
 * not delivered becomes the signal that the delivery would have been. Safe to repeat.
 */
export function createPoll(
  ports: Pick<Ports, 'alarms' | 'cloud' | 'store' | 'log' | 'metrics' | 'policy'>,
  directory: Pick<Directory, 'segments'>,
  intake: Pick<Intake, 'receive'>,
  { readAction, ...options }: PollOptions & { readonly readAction: ReadAction }
): (signal?: AbortSignal) => Promise<void> {
  const pollAlarms = createAlarmPoll(ports, intake, readAction)

  async function pollServices(signal?: AbortSignal): Promise<void> {
    const { cloud, store, log, metrics } = ports
    const { hosts, atMs } = await cloud.hosts(signal)
    const byName = new Map(hosts.map(host => [host.name, host]))
    for (const segment of directory.segments()) {
      for (const name of membersOf(segment)) {
        const host = byName.get(name)
        // What is disabled or forced down is somebody's business already, and a spare that waits has no servers.
        if (host === undefined || host.state !== 'down' || host.forcedDown || host.status !== 'enabled') continue
        const { reportedAtMs } = host
        if (reportedAtMs === undefined || (await store.openRecoveryOf(name)) !== undefined) continue
        const received = await intake.receive({
          source: 'poll',
          actor: 'poll',
          host: name,
          reason: `Nova calls it down: the last report is ${Math.round((atMs - reportedAtMs) / 1000)} s old`,
          dedupeKey: `poll|${host.serviceId}|${reportedAtMs}`
        })
        metrics.polled('service', received.outcome)
        if (received.isKnown !== true) log.info({ host: name, ...received }, 'Nova calls a host down')
      }
    }
  }

  return async signal => {
    // Aodh that is away must not keep us from asking Nova.
    const looks = await Promise.allSettled([
      options.alarms ? pollAlarms(signal) : undefined,
      options.services ? pollServices(signal) : undefined
    ])
    for (const look of looks) if (look.status === 'rejected') throw look.reason
  }
}
