import type { Cloud, Fencing, OperatorStore, Store } from '../../src/controller/ports.ts'
import type { Recovery } from '../../src/core/recovery.ts'
import { hasEnded } from '../../src/core/recovery.ts'
import { find, whereRunning } from '../../src/emulator/model/oracle.ts'
import type { Deed, World } from '../../src/emulator/model/world.ts'
import type { Recorder } from './recorder.ts'

/** A power reading counts for so long. */
const readingAgeMaxMs = 60_000

/** Reports are noticed after two of them, 10 s apart, and a round or two. */
const reportingMaxMs = 40_000

/** Looks at each deed when it takes effect: was it allowed by what was on record at that moment? */
export function watchDeeds(world: World, recorder: Recorder, spares: readonly string[]): void {
  world.watchers.push(deed => {
    const complaint = objectionTo(deed, [...recorder.recoveries.values()], spares)
    if (complaint !== undefined) find(world, `${deed.kind} ${deed.on}: ${complaint}`)
  })
}

function objectionTo(deed: Deed, recoveries: readonly Recovery[], spares: readonly string[]): string | undefined {
  const open = recoveries.filter(recovery => !hasEnded(recovery))
  switch (deed.kind) {
    case 'powerOff':
      return open.some(recovery => recovery.fenceIntents[deed.on] !== undefined) ? undefined : 'no intent was on record'
    case 'isolate':
      return open.some(recovery => recovery.proofs[deed.on] !== undefined) ? undefined : 'no proof was on record'
    case 'enable':
    case 'disable':
    case 'aggregate':
      return spares.includes(deed.on) ? undefined : 'it is no spare of ours'
    case 'reset':
    case 'start':
    case 'stop':
    case 'evacuate':
      return open.some(recovery => recovery.servers.some(server => server.id === deed.on))
        ? undefined
        : 'it is on no binding list'
    case 'rearm':
      return undefined
  }
}

/** Before an evacuate leaves, its proof, its last power reading and its target's holder are looked at. */
export function lawfulCloud(cloud: Cloud, world: World, recorder: Recorder, readings: Readings): Cloud {
  return {
    ...cloud,
    async evacuate(id, target, signal) {
      const source = world.servers.get(id)?.host
      if (source !== undefined && source !== target) {
        checkProof(world, recorder, readings, source)
        const holder = (await recorder.store.targets())[target]
        if (holder === undefined || recorder.recoveries.get(holder)?.host !== source) {
          find(world, `${id} is sent to ${target}, which the recovery of ${source} does not hold`)
        }
      }
      return cloud.evacuate(id, target, signal)
    }
  }
}

function checkProof(world: World, recorder: Recorder, readings: Readings, source: string): void {
  const since = world.hosts.get(source)?.reportingSinceMs
  if (since !== undefined && world.clock.now() - since > reportingMaxMs)
    find(world, `a server leaves ${source}, whose nova-compute has long been reporting`)
  const proof = recorder.proofFor(source)
  if (proof === undefined) find(world, `a server leaves ${source} without a proof`)
  if (proof?.kind !== 'fenced') return
  const reading = readings.get(source)
  if (reading?.power !== 'off') find(world, `a server leaves ${source}, which last read ${reading?.power}`)
  else if (world.clock.now() - reading.atMs > readingAgeMaxMs)
    find(world, `a server leaves ${source} on a stale reading`)
}

/** Host → what its BMC last said. */
export type Readings = Map<string, { power: string; atMs: number }>

export function watchReadings(fencing: Fencing, readings: Readings): Fencing {
  return {
    ...fencing,
    async read(agent, host, signal) {
      const reading = await fencing.read(agent, host, signal)
      readings.set(host, reading)
      return reading
    }
  }
}

/** What must be so when a simulation is over. */
export async function checkEnd(
  world: World,
  recorder: Recorder,
  store: Store,
  spares: readonly string[]
): Promise<void> {
  for (const recovery of recorder.recoveries.values()) {
    await checkTimeline(world, store, recovery)
    if (recovery.phase.state === 'held') {
      if (recovery.phase.hold.reason === '') find(world, `${recovery.host} is held without a reason`)
    } else if (!hasEnded(recovery))
      find(world, `the recovery of ${recovery.host} neither ended nor is held: ${recovery.phase.state}`)
    if (recovery.phase.state === 'recovered') checkServers(world, recovery)
  }
  const held = await store.targets()
  for (const spare of spares) {
    const used = world.deeds.some(deed => deed.kind === 'evacuate' && deed.to === spare)
    const host = world.hosts.get(spare)
    if (
      !used &&
      held[spare] === undefined &&
      host?.enabled &&
      enabledByUs(world, spare) &&
      !(await isSaid(store, recorder, spare))
    )
      find(world, `${spare} was enabled for nothing and stays so`)
  }
}

/** It could not be disabled again, and the timeline says so. */
async function isSaid(store: OperatorStore, recorder: Recorder, spare: string): Promise<boolean> {
  const timelines = await Promise.all([...recorder.recoveries.keys()].map(id => store.events(id)))
  return timelines.flat().some(event => event.target === spare && event.text.includes('stays enabled'))
}

function enabledByUs(world: World, host: string): boolean {
  return world.deeds.some(deed => deed.kind === 'enable' && deed.on === host)
}

async function checkTimeline(world: World, store: OperatorStore, recovery: Recovery): Promise<void> {
  const events = await store.events(recovery.id)
  const gap = events.find((event, index) => event.seq !== (events[0]?.seq ?? 0) + index)
  if (gap !== undefined) find(world, `the timeline of ${recovery.host} has a gap before ${gap.seq}`)
  if (events.length === 0) find(world, `the timeline of ${recovery.host} is empty`)
}

function checkServers(world: World, recovery: Recovery): void {
  for (const listed of recovery.servers) {
    const server = world.servers.get(listed.id)
    if (server === undefined || server.taskState === 'deleting') continue
    const places = whereRunning(world, listed.id)
    if (server.host === recovery.host)
      find(world, `${listed.name} is still on ${recovery.host}, which is called recovered`)
    if (listed.vmState === 'stopped' && places.length > 0)
      find(world, `${listed.name} was stopped and runs on ${places}`)
    if (listed.vmState === 'active' && places.join() !== server.host) {
      find(world, `${listed.name} should run on ${server.host} and runs on ${places.join() || 'nothing'}`)
    }
  }
}
