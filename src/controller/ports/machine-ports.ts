import type { NodeMaintenance } from '../../core/guards/maintenance.ts'
import type { PowerReading } from '../../core/recovery.ts'
import type { AliveSource } from '../../core/segment.ts'
import type { Sent } from './ports.ts'

/** Power, by name of the agent in the configuration. Throws FencingError. */
export interface Fencing {
  /** Live from the BMC, or marked as hearsay, after its identity was checked. */
  read(agent: string, host: string, signal?: AbortSignal): Promise<PowerReading>
  /** Asks for power off at once (not gracefully) after the identity was checked. Resolves when it was accepted; it need not be off yet. */
  powerOff(agent: string, host: string, signal?: AbortSignal): Promise<void>
  /** After this long a power-off that was sent can no longer arrive, ms: its timeout and the BMC's own delay. */
  settleMs(agent: string): number
  /** By which way the configuration has the agent reach the host's power: the same text as long as it says the same. No secrets. */
  wayOf(agent: string, host: string): string
}

/** A bare-metal node as Ironic's database has it. */
export interface BareMetalNode {
  readonly uuid: string
  /** "power on", "power off", "error"; undefined when Ironic does not know. */
  readonly power: string | undefined
  /** A change of power is under way. */
  readonly isChanging: boolean
  /** A conductor holds its lock: it is at work on it. */
  readonly isReserved: boolean
  readonly maintenance: boolean
  readonly maintenanceReason: string | undefined
  /** What Ironic itself found wrong, "power failure" among others. */
  readonly fault: string | undefined
  readonly lastError: string | undefined
}

/** Ironic, as far as fencing needs it. Throws CloudError as the cloud does. */
export interface BareMetal {
  /** By name or UUID; undefined when there is none. */
  node(ident: string, signal?: AbortSignal): Promise<BareMetalNode | undefined>
  setMaintenance(uuid: string, reason: string, signal?: AbortSignal): Promise<Sent>
  /** Taken is all that the answer says. */
  powerOff(uuid: string, signal?: AbortSignal): Promise<Sent>
}

/** `alive`: it was heard (ssh greeting read, TCP connection taken); `silent`: nothing came; `unknown`: it could not be asked. */
export interface Probe {
  ask(
    source: AliveSource,
    host: string,
    address: string | undefined,
    signal?: AbortSignal
  ): Promise<{ says: 'alive' | 'silent' | 'unknown'; detail: string }>
}

/** The machines behind hosts, where Ironic has them. */
export interface Nodes {
  /** Of the host's node: `not applicable` when Ironic does not have it. */
  maintenanceOf(host: string, signal?: AbortSignal): Promise<NodeMaintenance>
}
