import type { BmcHabits } from './bmc.ts'
import { goodBmc, powerStateOf, resetPower } from './bmc.ts'
import { powerOff } from './hosts.ts'
import type { ModelHost, World } from './world.ts'

/** One way to a host's power, as fencing agents are configured: its BMC, another controller of it, or one of its feeds. */
export interface PowerWay {
  readonly habits: BmcHabits
  /** How often it was asked by way of the ports. */
  requests: number
  /** A feed: the machine is off when each of them is. A memory (Ironic's): it looks only when it switches. */
  readonly kind: 'controller' | 'feed' | 'memory'
  /** The feed is off; the memory has it as off. */
  isOff: boolean
  /** Of a memory: a power-off is under way, or is done and was not told yet. */
  doing?: 'off' | 'done'
}

/** `feed-a` and `feed-b` are the host's two feeds, `ironic` a memory; `bmc` is its BMC, any other a second controller. */
export function wayOf(host: ModelHost, agent: string): PowerWay {
  const known = host.ways.get(agent)
  if (known !== undefined) return known
  const habits = agent === 'bmc' ? host.bmc : { ...goodBmc, ...host.bmcs[agent] }
  const kind = agent === 'ironic' ? 'memory' : feeds.includes(agent) ? 'feed' : 'controller'
  const made: PowerWay = { habits, requests: 0, kind, isOff: false }
  host.ways.set(agent, made)
  return made
}

export function wayState(host: ModelHost, way: PowerWay): 'On' | 'Off' | 'PoweringOff' {
  if (way.kind === 'controller') return powerStateOf(host, way.habits)
  // Ironic that finds a node off already shows no change.
  if (way.doing === 'off' && (host.powered || !way.isOff)) return 'PoweringOff'
  return way.isOff || way.habits.mode === 'lies' ? 'Off' : 'On'
}

/** Taken is all that the caller learns. */
export function cutWay(world: World, host: ModelHost, way: PowerWay): void {
  if (way.kind === 'controller') {
    resetPower(world, host, 'ForceOff', way.habits)
    return
  }
  if (way.habits.mode === 'stuckOn' || way.habits.mode === 'lies') return
  if (way.kind === 'memory') way.doing = 'off'
  world.clock.after(way.habits.offAfterMs, () => {
    way.isOff = true
    if (way.kind === 'memory') {
      way.doing = 'done'
      powerOff(world, host)
    } else if (feeds.every(feed => wayOf(host, feed).isOff)) powerOff(world, host)
  })
}

/** By hand: the machine, and each of its feeds. */
export function unplug(world: World, host: ModelHost): void {
  for (const feed of feeds) wayOf(host, feed).isOff = true
  powerOff(world, host)
}

const feeds = ['feed-a', 'feed-b']

/** True once after each power-off of a memory: then it has looked. Any other time it only remembers. */
export function hasLooked(way: PowerWay): boolean {
  if (way.kind !== 'memory') return true
  const isDone = way.doing === 'done'
  if (isDone) delete way.doing
  return isDone
}
