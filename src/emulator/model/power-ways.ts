import type { BmcHabits } from './bmc.ts'
import { goodBmc, powerStateOf, resetPower } from './bmc.ts'
import { powerOff } from './hosts.ts'
import type { ModelHost, World } from './world.ts'

/** One way to a host's power, as fencing agents are configured: its BMC, another controller of it, or one of its feeds. */
export interface PowerWay {
  readonly habits: BmcHabits
  /** How often it was asked by way of the ports. */
  requests: number
  /** A feed: the machine is off when each of them is. */
  readonly isFeed: boolean
  isOff: boolean
}

/** Those of the name `feed-…` are the host's two feeds; `bmc` is its BMC, any other a second controller. */
export function wayOf(host: ModelHost, agent: string): PowerWay {
  const known = host.ways.get(agent)
  if (known !== undefined) return known
  const habits = agent === 'bmc' ? host.bmc : { ...goodBmc, ...host.bmcs[agent] }
  const made = { habits, requests: 0, isFeed: isFeed(agent), isOff: false }
  host.ways.set(agent, made)
  return made
}

export function wayState(host: ModelHost, way: PowerWay): 'On' | 'Off' | 'PoweringOff' {
  if (!way.isFeed) return powerStateOf(host, way.habits)
  return way.isOff || way.habits.mode === 'lies' ? 'Off' : 'On'
}

/** Taken is all that the caller learns. */
export function cutWay(world: World, host: ModelHost, way: PowerWay): void {
  if (!way.isFeed) {
    resetPower(world, host, 'ForceOff', way.habits)
    return
  }
  if (way.habits.mode === 'stuckOn' || way.habits.mode === 'lies') return
  world.clock.after(way.habits.offAfterMs, () => {
    way.isOff = true
    if (feeds.every(feed => wayOf(host, feed).isOff)) powerOff(world, host)
  })
}

/** By hand: the machine, and each of its feeds. */
export function unplug(world: World, host: ModelHost): void {
  for (const feed of feeds) wayOf(host, feed).isOff = true
  powerOff(world, host)
}

const feeds = ['feed-a', 'feed-b']

function isFeed(agent: string): boolean {
  return feeds.includes(agent)
}
