import type { Clock } from '../clock.ts'
import type { BareMetal, Log } from '../controller/ports/ports.ts'
import type { NodeMaintenance } from '../core/guards/maintenance.ts'
import type { PowerReading } from '../core/recovery.ts'

/** One way to a machine's power, as configured under one name. Both calls check the identity first and throw FencingError. */
export interface FenceAgent {
  /** Live from the BMC, or marked as hearsay. */
  read(host: string, signal?: AbortSignal): Promise<PowerReading>
  /** Resolves when the command was accepted, or found needless; the machine need not be off yet. */
  powerOff(host: string, signal?: AbortSignal): Promise<void>
  /** After this long, counted from the call, a power-off can no longer take effect, ms. */
  readonly settleMs: number
  /** Where the machine is one of Ironic's nodes. */
  maintenanceOf?(host: string, signal?: AbortSignal): Promise<NodeMaintenance>
  /** Where the machine is one of Ironic's nodes: from now on Ironic does not switch it on by itself. */
  leaveAlone?(host: string, signal?: AbortSignal): Promise<void>
  /** Gives back what it holds at the BMCs. */
  close(): Promise<void>
}

export interface FencingDeps {
  readonly log: Log
  readonly clock: Clock
  /** Where programs are found that are named without a path: PATH. */
  readonly path: string
  /** Ironic of the cloud of this name in clouds.yaml; without a name that of our own. */
  readonly bareMetal: (cloud: string | undefined) => BareMetal
  /** Text of a file; from disk. */
  readonly readFile?: (path: string) => string
  /** An unused session is given back after so long, ms; a minute. */
  readonly idleMs?: number
}
