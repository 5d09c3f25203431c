import type { World } from '../../../emulator/model/world.ts'

/** Counts, again and again, on how many hypervisors each guest runs: by the emulator's truth, which Nova does not know. */
export interface GuestWatch {
  look(): void
  /** How often it was counted. */
  samples(): number
  /** A sentence for each guest that was seen on two hypervisors. */
  twice(): readonly string[]
  stop(): void
}

const everyMs = 50

type Truth = Pick<World, 'hosts' | 'servers'>

export function watchGuests(world: Truth & Pick<World, 'findings'>): GuestWatch {
  let samples = 0
  const seen = new Set<string>()
  const look = () => {
    samples++
    for (const [id, places] of placesOf(world)) {
      if (places.length > 1) seen.add(`${world.servers.get(id)?.name ?? id} ran on ${places.join(' and ')}`)
    }
  }
  const timer = setInterval(look, everyMs)
  return {
    look,
    samples: () => samples,
    // The model itself looks at each start of a guest, so that nothing slips in between two samples.
    twice: () => [...seen, ...world.findings],
    stop: () => clearInterval(timer)
  }
}

/** How the guests stand: those that should run, by how many hypervisors run them. */
export interface GuestCount {
  readonly runningOnce: number
  /** Stopped by their users, and running nowhere. */
  readonly stopped: number
  /** Names of those that run nowhere and should, or on more than one, or though they are stopped. */
  readonly wrong: readonly string[]
}

export function countGuests(world: Truth): GuestCount {
  const places = placesOf(world)
  const count = { runningOnce: 0, stopped: 0, wrong: [] as string[] }
  for (const server of world.servers.values()) {
    const running = places.get(server.id)?.length ?? 0
    const wanted = server.vmState === 'stopped' ? 0 : 1
    if (running !== wanted) count.wrong.push(server.name)
    else if (wanted === 0) count.stopped++
    else count.runningOnce++
  }
  return count
}

function placesOf({ hosts }: Truth): Map<string, string[]> {
  const places = new Map<string, string[]>()
  for (const host of hosts.values()) {
    for (const id of host.running) places.set(id, [...(places.get(id) ?? []), host.name])
  }
  return places
}
