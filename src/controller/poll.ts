import type { Directory } from './directory.ts'
import type { Intake } from './intake.ts'
import type { FiringAlarm, Ports } from './ports.ts'

/** Whose token an action of an alarm carries, and the host that its URL names; undefined when it does not point at us. */
export type ReadAction = (url: string) => { readonly actor: string; readonly host?: string | undefined } | undefined

export interface PollOptions {
  /** Alarms that fired and whose delivery was lost. */
  readonly alarms: boolean
  /** Hosts that Nova calls down though no alarm says so. */
  readonly services: boolean
}

/** Dates are whole seconds, and a delivery may overtake the answer that dates it. */
const slackMs = 3000

/**
 * Aodh sends a notification once and forgets it, whatever became of it, so we look ourselves, and on each start: what was
 * not delivered becomes the signal that the delivery would have been. Safe to repeat.
 */
export function createPoll(
  ports: Pick<Ports, 'alarms' | 'cloud' | 'store' | 'log' | 'metrics'>,
  directory: Pick<Directory, 'segments'>,
  intake: Pick<Intake, 'receive'>,
  { readAction, ...options }: PollOptions & { readonly readAction: ReadAction }
): (signal?: AbortSignal) => Promise<void> {
  const { alarms, cloud, store, log, metrics } = ports

  async function pollAlarms(signal?: AbortSignal): Promise<void> {
    const nowMs = await store.now()
    for (const alarm of await alarms.firing(signal)) {
      const action = alarm.actions.map(readAction).find(read => read !== undefined)
      if (action === undefined) continue
      // By the store's clock, whatever Aodh's clock says. One whose delivery is still on its way is told twice, and joins.
      if (await store.isHeard(alarm.id, nowMs - alarm.ageMs - slackMs)) continue
      const received = await intake.receive({
        source: 'aodh',
        actor: 'poll',
        alarm: factsOf(alarm),
        reason: `Aodh has had it in alarm for ${Math.round(alarm.ageMs / 1000)} s, and no delivery of it came`,
        dedupeKey: `poll|${alarm.id}|${alarm.stateTimestampMs}`,
        ...(action.host === undefined ? {} : { host: action.host })
      })
      metrics.polled('alarm', received.outcome)
      log.warn({ alarm: alarm.id, host: action.host, ...received }, 'an alarm was not delivered, and was found')
    }
  }

  async function pollServices(signal?: AbortSignal): Promise<void> {
    const { hosts, atMs } = await cloud.hosts(signal)
    const byName = new Map(hosts.map(host => [host.name, host]))
    for (const segment of directory.segments()) {
      for (const name of [...segment.hosts, ...segment.spares]) {
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
        log.info({ host: name, ...received }, 'Nova calls a host down')
      }
    }
  }

  return async signal => {
    if (options.alarms) await pollAlarms(signal)
    if (options.services) await pollServices(signal)
  }
}

function factsOf({ id, name, severity, reason, type, eventType }: FiringAlarm) {
  return {
    ...{ id, name, severity, reason, type, current: 'alarm', traits: {} },
    ...(eventType === undefined ? {} : { eventType })
  }
}
