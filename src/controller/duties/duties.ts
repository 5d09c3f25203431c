import { findHost, isUp } from '../../core/inventory.ts'
import { spareReason } from '../../core/marks.ts'
import { messageOf, StoreUnavailable } from '../../errors.ts'
import type { Log, Ports } from '../ports/ports.ts'
import type { Directory } from '../service/directory.ts'
import type { Intake } from '../service/intake.ts'
import { hasReturned } from '../service/intake.ts'
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

/**
 * Does each duty at its time until `signal` is aborted; one that fails is said, and tried again at its next time. What this replica
 * has it keeps for `ttlMs`, renewed all the time, so that another one has it soon after this one died.
 */
export async function runDuties(
  ports: Ports,
  { owner, ttlMs }: { readonly owner: string; readonly ttlMs: number },
  duties: readonly Duty[],
  signal: AbortSignal
): Promise<void> {
  const { clock } = ports
  await Promise.all([
    keepDuties(ports, owner, ttlMs, signal),
    ...duties.map(async duty => {
      while (!signal.aborted) {
        const wasDone = await attempt(ports, owner, ttlMs, duty, signal)
        // Whoever does not have it asks often, for the one that does may be dead.
        await clock.sleep(wasDone ? duty.everyMs : Math.min(duty.everyMs, ttlMs / 3), signal)
      }
    })
  ])
}

async function keepDuties({ store, clock, log }: Ports, owner: string, ttlMs: number, signal: AbortSignal) {
  while (!signal.aborted) {
    await clock.sleep(ttlMs / 3, signal)
    if (signal.aborted) return
    await store.keepDuties(owner, ttlMs).catch((error: unknown) => sayUnlessAway(log, error, {}, 'duties not renewed'))
  }
}

/** Resolves to whether it was done, well or not. */
async function attempt(
  { store, log }: Ports,
  owner: string,
  ttlMs: number,
  duty: Duty,
  signal: AbortSignal
): Promise<boolean> {
  const { name } = duty
  try {
    if (duty.everywhere !== true && !(await store.takeDuty(name, owner, ttlMs))) return false
    let failure: string | undefined
    try {
      await duty.work(signal)
    } catch (error) {
      failure = messageOf(error)
      sayUnlessAway(log, error, { duty: name }, 'duty failed')
    }
    if (duty.everywhere !== true) await store.dutyDone(name, owner, failure)
    return true
  } catch (error) {
    sayUnlessAway(log, error, { duty: name }, 'duty not taken')
    return false
  }
}

/** That the store is away it says itself, once for all. */
function sayUnlessAway(log: Log, error: unknown, data: object, message: string): void {
  if (!(error instanceof StoreUnavailable)) log.warn({ ...data, err: messageOf(error) }, message)
}
