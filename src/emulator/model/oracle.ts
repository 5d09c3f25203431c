import type { Deed, ModelHost, World } from './world.ts'

/** Starts a guest. The first law of all: it must run nowhere else. */
export function startGuest(world: World, host: ModelHost, server: string): void {
  host.defined.add(server)
  if (!host.powered || host.kernel !== 'running') return
  host.running.add(server)
  host.paused.delete(server)
  const places = whereRunning(world, server)
  if (places.length > 1) find(world, `${server} runs on ${places.join(' and ')}`)
}

export function whereRunning(world: World, server: string): string[] {
  return [...world.hosts.values()].filter(host => host.running.has(server)).map(host => host.name)
}

/** Writes a finding down with its time; the same sentence only once. */
export function find(world: World, sentence: string): void {
  if (world.findings.some(finding => finding.endsWith(`: ${sentence}`))) return
  world.findings.push(`${world.clock.seconds()}: ${sentence}`)
}

/** Writes a deed down at the moment of its effect, and lets the laws look at it. */
export function noteDeed(world: World, deed: Omit<Deed, 'atMs'>): void {
  const noted = { atMs: world.clock.now(), ...deed }
  world.deeds.push(noted)
  for (const watch of world.watchers) watch(noted)
}
