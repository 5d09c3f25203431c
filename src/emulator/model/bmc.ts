import { powerOff } from './hosts.ts'
import { powerOn } from './start-compute.ts'
import type { ModelHost, World } from './world.ts'

/** What is good or bad about a BMC. */
export interface BmcHabits {
  offAfterMs: number
  /** So many of the next power-offs end with 503. */
  failFirst: number
  /**
   * `lies`: says off whatever is. `stuckOn`: takes the command and does nothing. `swaps`: its address is also that of
   * another machine, which is off; now the one answers, now the other.
   */
  mode: 'good' | 'lies' | 'stuckOn' | 'unreachable' | 'otherMachine' | 'swaps'
  /** Says PoweringOff between the command and the off; else On. */
  saysPoweringOff: boolean
  /** Each deed and its answer come so late. */
  slowMs: number
  wrongPassword: boolean
  /** That part of the requests ends with 503. */
  errorRate: number
  /** Another UUID than the machine's. */
  identity: string | undefined
}

export const goodBmc: BmcHabits = {
  offAfterMs: 4000,
  failFirst: 0,
  mode: 'good',
  saysPoweringOff: false,
  slowMs: 0,
  wrongPassword: false,
  errorRate: 0,
  identity: undefined
}

export const resetTypes = ['On', 'ForceOff', 'GracefulShutdown', 'ForceRestart'] as const
export type ResetType = (typeof resetTypes)[number]

/** As the BMC tells it. */
export function powerStateOf(host: ModelHost, habits: BmcHabits = host.bmc): 'On' | 'Off' | 'PoweringOff' {
  if (habits.mode === 'lies' || !host.powered) return 'Off'
  return host.poweringOff && habits.saysPoweringOff ? 'PoweringOff' : 'On'
}

/** Taken is all that the caller learns. */
export function resetPower(world: World, host: ModelHost, type: ResetType, habits: BmcHabits = host.bmc): void {
  if (type === 'On') powerOn(world, host)
  else if (habits.mode === 'stuckOn' || habits.mode === 'lies') return
  else if (type === 'GracefulShutdown') {
    // A system that hangs hears no button.
    if (host.kernel === 'running' && !host.mute) offLater(world, host, habits)
  } else if (type === 'ForceRestart') {
    if (!host.powered) return
    powerOff(world, host)
    powerOn(world, host)
  } else offLater(world, host, habits)
}

function offLater(world: World, host: ModelHost, habits: BmcHabits): void {
  host.poweringOff = true
  world.clock.after(habits.offAfterMs, () => {
    host.poweringOff = false
    powerOff(world, host)
  })
}
