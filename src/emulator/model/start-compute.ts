import { lastReport } from './hosts.ts'
import { startGuest } from './oracle.ts'
import { release } from './placement.ts'
import type { ModelHost, ModelMigration, World } from './world.ts'

/** What a BMC's On does: nothing to a machine that is on. */
export function powerOn(world: World, host: ModelHost): void {
  if (!host.powered) boot(world, host)
}

/** Somebody switches it on: the BMC says On at once, nova-compute comes up when it has booted. */
export function boot(world: World, host: ModelHost): void {
  if (host.powered && host.kernel === 'running') return
  host.powered = true
  for (const way of host.ways.values()) if (way.kind === 'feed') way.isOff = false
  host.kernel = 'running'
  const life = ++host.computeLife
  world.clock.after(host.habits.bootMs, () => {
    if (host.powered && host.kernel === 'running' && host.computeLife === life) startCompute(world, host)
  })
}

/** nova-compute starts: it cleans up what was evacuated, brings back what is still its own, and works off its queue. */
export function startCompute(world: World, host: ModelHost): void {
  if (!host.powered || host.kernel !== 'running' || host.compute === 'running') return
  // One that hung goes on where it was: nothing is cleaned up.
  const wasHung = host.compute === 'hung'
  host.compute = 'running'
  host.mute = false
  startReporting(world, host)
  if (!wasHung) {
    cleanUp(world, host)
    giveUpBuilds(world, host)
    if (host.habits.resumeGuests) resumeGuests(world, host)
    else syncPowerLater(world, host)
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

function startReporting(world: World, host: ModelHost): void {
  if (host.cutOff) return
  host.reportedAtMs = Math.max(lastReport(world, host), world.clock.now())
  host.reportingSinceMs = world.clock.now()
  if (host.enabled) host.refusedUntilMs = Math.min(host.refusedUntilMs, world.clock.now() + host.habits.traitLagMs)
}

function workOff(host: ModelHost): void {
  const waiting = host.queue
  host.queue = []
  for (const work of waiting) work()
}

/**
 * Guests with an evacuation record are destroyed, even while the evacuation still runs. Of several records of a server
 * only the newest is completed; those that failed do not count.
 */
function cleanUp(world: World, host: ModelHost): void {
  const newest = new Map<string, ModelMigration>()
  for (const record of world.migrations) {
    if (record.type !== 'evacuation' || record.source !== host.name || !host.defined.has(record.server)) continue
    if (['accepted', 'pre-migrating', 'done'].includes(record.status)) newest.set(record.server, record)
  }
  for (const [id, record] of newest) {
    host.defined.delete(id)
    host.running.delete(id)
    const server = world.servers.get(id)
    if (server !== undefined) release(server, host)
    record.status = 'completed'
    record.updatedAtMs = world.clock.now()
  }
}

function giveUpBuilds(world: World, host: ModelHost): void {
  for (const server of world.servers.values()) {
    if (server.host === host.name && server.vmState === 'building') {
      Object.assign(server, { vmState: 'error', taskState: undefined })
    }
  }
}

function resumeGuests(world: World, host: ModelHost): void {
  for (const server of world.servers.values()) {
    if (server.host !== host.name || server.vmState !== 'active' || !host.defined.has(server.id)) continue
    if (server.taskState?.startsWith('rebuild')) continue
    startGuest(world, host, server.id)
  }
}

/** Some time later Nova notices which guests do not run, and calls them stopped. */
function syncPowerLater(world: World, host: ModelHost): void {
  const life = host.computeLife
  world.clock.after(world.timing.powerSyncMs, () => {
    if (host.computeLife !== life || host.compute !== 'running') return
    for (const id of host.defined) {
      const server = world.servers.get(id)
      const isLost = server?.host === host.name && server.vmState === 'active' && !host.running.has(id)
      if (isLost && server.taskState === undefined) {
        Object.assign(server, { vmState: 'stopped', powerState: 'shutdown' })
      }
    }
  })
}
