import type { ModelHost, World } from './world.ts'

/** The kernel panics: silent, though the BMC says On. */
export function panic(world: World, host: ModelHost): void {
  stopBeating(world, host)
  endCompute(world, host, 'stopped')
  host.kernel = 'panicked'
  host.running.clear()
}

export function powerOff(world: World, host: ModelHost): void {
  stopBeating(world, host)
  endCompute(world, host, 'stopped')
  host.powered = false
  host.mute = false
  host.running.clear()
}

/** It stands still: no reports and no work; its kernel takes connections, and its guests run on. */
export function hang(world: World, host: ModelHost): void {
  stopBeating(world, host)
  endCompute(world, host, 'hung')
  host.mute = true
}

/** nova-compute dies or hangs; the guests run on. */
export function endCompute(world: World, host: ModelHost, how: 'stopped' | 'hung'): void {
  host.reportedAtMs = lastReport(world, host)
  host.reportingSinceMs = undefined
  host.compute = how
  if (how === 'stopped') host.computeLife++
}

/** Its guests go on as long as nobody looks at their disks. */
export function loseStorage(world: World, host: ModelHost): void {
  stopBeating(world, host)
  host.storageLost = true
}

/** A process of the host writes its heartbeat to the shared storage: cut off from the network it goes on. */
function beats(host: ModelHost): boolean {
  return host.powered && host.kernel === 'running' && !host.mute && !host.storageLost
}

function stopBeating(world: World, host: ModelHost): void {
  host.beatAtMs = lastBeat(world, host)
}

export function lastBeat(world: World, host: ModelHost): number {
  return beats(host) ? world.clock.now() : host.beatAtMs
}

export function cutOff(world: World, host: ModelHost): void {
  host.reportedAtMs = lastReport(world, host)
  host.reportingSinceMs = undefined
  host.cutOff = true
}

/** Takes work from the queue now: powered, running and in reach. */
export function works(host: ModelHost): boolean {
  return host.powered && host.kernel === 'running' && host.compute === 'running' && !host.cutOff
}

export function lastReport(world: World, host: ModelHost): number {
  if (host.reportingSinceMs === undefined) return host.reportedAtMs
  const { reportEveryMs } = world.timing
  const reports = Math.floor((world.clock.now() - host.reportingSinceMs) / reportEveryMs)
  return Math.max(host.reportedAtMs, host.reportingSinceMs + reports * reportEveryMs)
}

/** The date that Nova shows: a change of the service by anybody moves it as a report does. */
export function shownReport(world: World, host: ModelHost): number {
  return Math.max(lastReport(world, host), host.changedAtMs)
}

/** As Nova sees it: it reported lately. A force-down is told apart. */
export function reports(world: World, host: ModelHost): boolean {
  return world.clock.now() - lastReport(world, host) <= world.timing.serviceDownMs
}
