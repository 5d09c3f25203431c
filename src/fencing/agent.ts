import type { PowerReading } from '../core/recovery.ts'

/** One way to a machine's power, as configured under one name. Both calls check the identity first and throw FencingError. */
export interface FenceAgent {
  /** Live from the BMC. */
  read(host: string, signal?: AbortSignal): Promise<PowerReading>
  /** Resolves when the command was accepted, or found needless; the machine need not be off yet. */
  powerOff(host: string, signal?: AbortSignal): Promise<void>
  /** After this long, counted from the call, a power-off can no longer take effect, ms. */
  readonly settleMs: number
  /** Gives back what it holds at the BMCs. */
  close(): Promise<void>
}
