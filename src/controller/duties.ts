import { findHost, isUp } from '../core/inventory.ts'
import { spareReason } from '../core/marks.ts'
import { messageOf } from '../errors.ts'
import type { Directory } from './directory.ts'
import type { Intake } from './intake.ts'
import { hasReturned } from './intake.ts'
import type { Ports } from './ports.ts'
import { createWatch } from './watch.ts'

/** Periodic work: `everywhere` is done by each replica for itself, the rest by one at a time. */
export interface Duty {
  readonly name: string
  readonly everyMs: number
  readonly everywhere?: boolean
  work(signal: AbortSignal): Promise<void>
}

/** The cloud's hosts, returned hosts and spares, signals that wait for a look-up, and retention. */
export function standardDuties(
  ports: Ports,
  directory: Directory,
  intake: Intake,
  keep: { readonly signalsMs: number; readonly recoveriesMs: number }
): Duty[] {
  return [
    { name: 'inventory', everyMs: 10_000, everywhere: true, work: directory.refresh },
    { name: 'watch', everyMs: 10_000, work: createWatch(ports.store, directory) },
    {
      name: 'returns',
      everyMs: 10_000,
      work: async signal => {
        await seeReturns(ports, signal)
      }
    },
    { name: 'look-ups', everyMs: 10_000, work: intake.lookUpReceived },
    {
      name: 'retention',
      everyMs: 3_600_000,
      work: async () => {
        await ports.store.retain(keep)
      }
    }
  ]
}

/** Hosts whose isolation was lifted count again; spares that an operator made spares again are free again. */
async function seeReturns({ store, cloud, log }: Ports, signal: AbortSignal): Promise<void> {
  const [isolations, targets] = await Promise.all([store.isolations(), store.targets()])
  if (isolations.length === 0 && Object.keys(targets).length === 0) return
  const seenAtMs = await store.now()
  // Read after them: an older reading would show hosts as they were before we isolated them.
  const reading = await cloud.hosts(signal)
  for (const isolated of isolations) {
    if (!hasReturned(findHost(reading, isolated.host))) continue
    await store.liftIsolation(isolated.id)
    log.info({ host: isolated.host, recovery: isolated.id }, 'host has returned')
  }
  for (const [name, recovery] of Object.entries(targets)) {
    const host = findHost(reading, name)
    if (host === undefined || !isUp(host) || host.status !== 'disabled' || host.disabledReason !== spareReason) continue
    // A process that stood still meanwhile has seen what is long over.
    if (await store.freeTarget(name, seenAtMs)) log.info({ host: name, recovery }, 'spare is free again')
  }
}

/** Does each duty at its time until `signal` is aborted; one that fails is said, and tried again at its next time. */
export async function runDuties(
  ports: Ports,
  owner: string,
  duties: readonly Duty[],
  signal: AbortSignal
): Promise<void> {
  await Promise.all(
    duties.map(async duty => {
      while (!signal.aborted) {
        await attempt(ports, owner, duty, signal)
        await ports.clock.sleep(duty.everyMs, signal)
      }
    })
  )
}

async function attempt({ store, log }: Ports, owner: string, duty: Duty, signal: AbortSignal): Promise<void> {
  try {
    if (duty.everywhere !== true && !(await store.takeDuty(duty.name, owner, 3 * duty.everyMs))) return
    let failure: string | undefined
    try {
      await duty.work(signal)
    } catch (error) {
      failure = messageOf(error)
      log.warn({ duty: duty.name, err: failure }, 'duty failed')
    }
    if (duty.everywhere !== true) await store.dutyDone(duty.name, owner, failure)
  } catch (error) {
    log.warn({ duty: duty.name, err: messageOf(error) }, 'duty not taken')
  }
}
