import type { OperatorStore, Store } from '../../../src/controller/ports.ts'
import type { Recovery } from '../../../src/core/recovery.ts'
import { hasEnded } from '../../../src/core/recovery.ts'
import { whereRunning } from '../../../src/emulator/model/oracle.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Recorder } from '../recorder.ts'
import type { Excuses } from './excuses.ts'
import type { LawBook } from './law-book.ts'

export interface Case {
  readonly world: World
  readonly recorder: Recorder
  readonly store: Store
  readonly book: LawBook
  readonly excuses: Excuses
  readonly spares: readonly string[]
}

/** What must be so when a simulation is over. */
export async function checkEnd(at: Case): Promise<void> {
  for (const recovery of at.recorder.recoveries.values()) {
    await checkTimeline(at, recovery)
    if (recovery.phase.state === 'held') {
      if (recovery.phase.hold.reason === '') at.book.breach('ends-or-held', `${recovery.host} is held without a reason`)
    } else if (!hasEnded(recovery)) {
      const { state } = recovery.phase
      at.book.breach('ends-or-held', `the recovery of ${recovery.host} neither ended nor is held: ${state}`)
    }
    if (recovery.phase.state === 'recovered') checkServers(at, recovery)
  }
  await checkSpares(at)
}

async function checkSpares({ world, store, recorder, book, spares }: Case): Promise<void> {
  const held = await store.targets()
  for (const spare of spares) {
    const isUsed = world.deeds.some(deed => deed.kind === 'evacuate' && deed.to === spare)
    const isEnabledByUs = world.deeds.some(deed => deed.kind === 'enable' && deed.on === spare)
    if (isUsed || !isEnabledByUs || held[spare] !== undefined || !hostOf(world, spare).enabled) continue
    if (!(await isSaid(store, recorder, spare)))
      book.breach('restored', `${spare} was enabled for nothing and stays so`)
  }
}

/** It could not be disabled again, and the timeline says so. */
async function isSaid(store: OperatorStore, recorder: Recorder, spare: string): Promise<boolean> {
  const timelines = await Promise.all([...recorder.recoveries.keys()].map(id => store.events(id)))
  return timelines.flat().some(event => event.target === spare && event.text.includes('stays enabled'))
}

async function checkTimeline({ store, book }: Case, recovery: Recovery): Promise<void> {
  const events = await store.events(recovery.id)
  const gap = events.find((event, index) => event.seq !== (events[0]?.seq ?? 0) + index)
  if (gap !== undefined) book.breach('timeline', `the timeline of ${recovery.host} has a gap before ${gap.seq}`)
  if (events.length === 0) book.breach('timeline', `the timeline of ${recovery.host} is empty`)
}

function checkServers({ world, excuses, book }: Case, recovery: Recovery): void {
  for (const listed of recovery.servers) {
    const server = world.servers.get(listed.id)
    if (server === undefined || server.taskState === 'deleting' || excuses.servers.has(listed.id)) continue
    const places = whereRunning(world, listed.id).filter(host => host === server.host || !excuses.hosts.has(host))
    if (server.host === recovery.host)
      book.breach('restored', `${listed.name} is still on ${recovery.host}, which is called recovered`)
    if (listed.vmState === 'stopped' && places.length > 0)
      book.breach('restored', `${listed.name} was stopped and runs on ${places}`)
    // What became of its new host later is another story.
    const there = server.host === undefined ? undefined : world.hosts.get(server.host)
    if (there === undefined || !there.powered || there.kernel !== 'running') continue
    if (listed.vmState === 'active' && places.join() !== server.host)
      book.breach('restored', `${listed.name} should run on ${server.host} and runs on ${places.join() || 'nothing'}`)
  }
}
