import type { GuardName } from '../core/guards/guard.ts'
import { approvable } from '../core/guards/guard.ts'
import type { State } from '../core/recovery.ts'
import type { SignalOutcome } from '../core/signal.ts'

/** Every state of a recovery, in the order of its journey. */
export const recoveryStates: readonly State[] = [
  'confirming',
  'planning',
  'fencing',
  'isolating',
  'preparing',
  'moving',
  'verifying',
  'held',
  'recovered',
  'partial',
  'dismissed',
  'cancelled'
]

/** Every guard. */
export const guardNames = Object.keys(approvable) as GuardName[]

/** All that can become of a signal. */
export const signalOutcomes: readonly SignalOutcome[] = [
  'opened',
  'joined',
  'noted',
  'ignored',
  'received',
  'unresolved'
]
