import { readFileSync } from 'node:fs'
import { type Clock, type MachineTime, machineTime, systemClock } from '../clock.ts'
import type { Alarms, BareMetal, Cloud } from '../controller/ports/ports.ts'
import type { Dependency } from '../controller/service/service.ts'
import { type AlarmBook, createAlarmBook } from './alarms/book.ts'
import { createAodh } from './aodh.ts'
import { type CheckLine, checkCloud } from './check.ts'
import { checkLease } from './check-lease.ts'
import { createCinder } from './cinder.ts'
import { loadCloud } from './clouds.ts'
import { createDependencies } from './dependencies.ts'
import { createGlance } from './glance.ts'
import { createIronicClient } from './ironic.ts'
import { createLeaseSession, tidyCredentials } from './lease-session.ts'
import { createNeutron } from './neutron.ts'
import { createNovaClient } from './nova/client.ts'
import { createHypervisors } from './nova/hypervisors.ts'
import { createNova } from './nova.ts'
import { createPlacement } from './placement.ts'
import { type CallLog, type CallReport, createTransport } from './request.ts'
import { createSession } from './session.ts'

export type { CheckLine } from './check.ts'
export type { CallLog, CallReport } from './request.ts'
export { commandTimeoutMs } from './service.ts'

export interface ConnectOptions {
  /** Name in clouds.yaml; else OS_CLOUD, OS_* or the only one decides. */
  readonly cloud?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: CallLog
  readonly clock?: Clock
  /** The machine's own time; tests put theirs in its place. */
  readonly machine?: MachineTime
  /** All tries of a login together; 25 s. */
  readonly loginTimeoutMs?: number
  /** Each HTTP call, once it has ended. */
  readonly onCall?: (report: CallReport) => void
}

export interface OpenStack {
  readonly cloud: Cloud
  /** The same, whose commands the cloud itself refuses after `leftMs`, which is asked before each credential is made. */
  within(leftMs: () => number): Cloud
  /** Whether `within` can work, for leases of so long. */
  checkLease(leaseMs: number): Promise<CheckLine>
  /** Removes the credentials of `within` that nobody needs any more; resolves to their number. */
  tidyCredentials(signal?: AbortSignal): Promise<number>
  readonly alarms: Alarms
  readonly bareMetal: BareMetal
  /** For commands that write alarms; a recovery does not. */
  readonly alarmBook: AlarmBook
  check(): Promise<CheckLine[]>
  /** How the last call to each service went. */
  dependencies(): Dependency[]
  close(): void
}

/**
 * The adapters of one cloud. Nothing is asked of it yet: it logs in with the first call, so that the service starts
 * while the cloud is down. Throws ConfigError when clouds.yaml or the OS_* variables are wrong.
 */
export async function connectOpenStack(options: ConnectOptions): Promise<OpenStack> {
  const { env, log, clock = systemClock, machine = machineTime, loginTimeoutMs, onCall } = options
  const settings = loadCloud({ env, readFile, directory: '.' }, options.cloud)
  const dependencies = createDependencies(clock)
  const transport = createTransport({
    tls: settings.tls,
    log,
    clock,
    onCall: report => {
      dependencies.note(report)
      onCall?.(report)
    }
  })
  const session = createSession({
    settings,
    transport,
    clock,
    machine,
    log,
    ...(loginTimeoutMs === undefined ? {} : { loginTimeoutMs })
  })
  const access = { settings, session, transport, clock, machine }
  const nova = createNovaClient(access)
  const hypervisors = createHypervisors(nova, clock)
  const placement = createPlacement(access, hypervisors)
  const aodh = createAodh(access)
  const { needs, rooms } = placement
  const cloud = {
    ...createNova(nova, hypervisors, clock),
    ...createNeutron(access),
    ...createCinder(access),
    ...createGlance(access),
    needs,
    rooms
  }
  return {
    cloud,
    within: leftMs => {
      const commands = createLeaseSession(access, leftMs)
      const own = createNova(createNovaClient({ ...access, commands }), hypervisors, clock)
      // Only commands are the lease's: all recoveries share their looks at the hosts.
      return { ...cloud, ...own, hosts: cloud.hosts }
    },
    alarms: {
      all: aodh.all,
      firing: aodh.firing,
      lastFiring: aodh.lastFiring,
      definition: aodh.definition,
      rearm: aodh.rearm
    },
    bareMetal: createIronicClient(access),
    alarmBook: createAlarmBook(aodh.service),
    tidyCredentials: async signal => await tidyCredentials(access, signal),
    checkLease: leaseMs => checkLease(access, leaseMs),
    check: () => checkCloud({ session, nova, hypervisors, placement: placement.service, aodh }),
    dependencies: dependencies.list,
    close: transport.close
  }
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = Error.isError(error) && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
