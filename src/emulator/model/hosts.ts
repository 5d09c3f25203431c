import { startGuest } from './oracle.ts'
import type { ModelHost, World } from './world.ts'

/** The kernel panics: silent, though the BMC says On. */
export function panic(world: World, host: ModelHost): void {
  endCompute(world, host, 'stopped')
  host.kernel = 'panicked'
  host.running.clear()
}

export function powerOff(world: World, host: ModelHost): void {
  endCompute(world, host, 'stopped')
  host.powered = false
  host.mute = false
  host.running.clear()
}

/** What a BMC's On does: nothing to a machine that is on. */
export function powerOn(world: World, host: ModelHost): void {
  if (!host.powered) boot(world, host)
}

/** It stands still: no reports and no work; its kernel takes connections, and its guests run on. */
export function hang(world: World, host: ModelHost): void {
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

/** Somebody switches it on: the BMC says On at once, nova-compute comes up when it has booted. */
export function boot(world: World, host: ModelHost): void {
  if (host.powered && host.kernel === 'running') return
  host.powered = true
  host.kernel = 'running'
  const life = ++host.computeLife
  world.clock.after(host.habits.bootMs, () => {
    if (host.powered && host.kernel === 'running' && host.computeLife === life) startCompute(world, host)
  })
}

/** nova-compute starts: it cleans up what was evacuated, brings back what is still its own, and works off its queue. */
export function startCompute(world: World, host: ModelHost): void {
  if (!host.powered || host.kernel !== 'running' || host.compute === 'running') return
  const wasHung = host.compute === 'hung'
  host.compute = 'running'
  host.mute = false
  startReporting(world, host)
  if (!wasHung) {
    cleanUp(world, host)
    if (host.habits.resumeGuests) resumeGuests(world, host)
  }
  workOff(host)
}

/** Back from being cut off: nothing had stopped on it. */
export function reconnect(world: World, host: ModelHost): void {
  host.cutOff = false
  if (host.compute !== 'running') return
  startReporting(world, host)
  workOff(host)
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

/** As Nova sees it: it reported lately. A force-down is told apart. */
export function reports(world: World, host: ModelHost): boolean {
  return world.clock.now() - lastReport(world, host) <= world.timing.serviceDownMs
}

function workOff(host: ModelHost): void {
  const waiting = host.queue
  host.queue = []
  for (const work of waiting) work()
}

function startReporting(world: World, host: ModelHost): void {
  if (host.cutOff) return
  host.reportingSinceMs = world.clock.now()
  host.reportedAtMs = world.clock.now()
}

function cleanUp(world: World, host: ModelHost): void {
  for (const record of world.migrations) {
    if (record.type !== 'evacuation' || record.source !== host.name) continue
    const server = world.servers.get(record.server)
    if (!['accepted', 'pre-migrating', 'done'].includes(record.status) || server?.host === host.name) continue
    host.defined.delete(record.server)
    host.running.delete(record.server)
    server?.allocatedOn.delete(host.name)
    if (record.status === 'done') record.status = 'completed'
  }
}

function resumeGuests(world: World, host: ModelHost): void {
  for (const server of world.servers.values()) {
    if (server.host !== host.name || server.vmState !== 'active' || !host.defined.has(server.id)) continue
    if (server.taskState?.startsWith('rebuild')) continue
    startGuest(world, host, server.id)
  }
}
