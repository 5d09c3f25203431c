import { fenceBegun } from '../../../src/core/holding.ts'
import { movesOf } from '../../../src/core/moves.ts'
import type { Recovery } from '../../../src/core/recovery.ts'
import { hasEnded } from '../../../src/core/recovery.ts'
import type { ModelHost } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { objectionToHold } from './holds.ts'
import { ruleFor } from './instance-rules.ts'
import { isLongDown } from './since.ts'
import { isLeaving, isMovableKind, serversOn, silentForMs } from './truth.ts'

/** A poll comes each 30 s, and looks after the deed that it could not do the time before. */
const pollsMs = 90_000

/** What must be so when a simulation is over, and nothing has moved for long. */
export async function checkEnd(at: Case): Promise<void> {
  for (const recovery of at.recorder.recoveries.values()) {
    await checkTimeline(at, recovery)
    if (recovery.phase.state === 'held') {
      const objection = await objectionToHold(at, recovery)
      const { code, reason } = recovery.phase.hold
      if (objection !== undefined)
        at.book.breach('goes-on', `${recovery.host} is held ${code} (${reason}), but ${objection}`)
    } else if (!hasEnded(recovery)) {
      const { state } = recovery.phase
      at.book.breach('ends-or-held', `the recovery of ${recovery.host} neither ended nor is held: ${state}`)
    }
    if (recovery.phase.state === 'partial') await checkPartial(at, recovery)
  }
  await checkReserved(at)
  for (const host of at.world.hosts.values()) checkForgotten(at, host)
  await checkSignals(at)
  await checkSpares(at)
}

/** Who is held before the fence has no target: others may need it. */
async function checkReserved({ store, recorder, book }: Case): Promise<void> {
  for (const [host, holder] of Object.entries(await store.targets())) {
    const recovery = recorder.recoveries.get(holder)
    if (recovery?.phase.state === 'held' && !fenceBegun(recovery))
      book.breach('spares', `${host} is kept by the recovery of ${recovery.host}, which is held before its fence`)
  }
}

async function checkTimeline({ store, book }: Case, recovery: Recovery): Promise<void> {
  const events = await store.events(recovery.id)
  const gap = events.find((event, index) => event.seq !== (events[0]?.seq ?? 0) + index)
  if (gap !== undefined) book.breach('timeline', `the timeline of ${recovery.host} has a gap before ${gap.seq}`)
  if (events.length === 0) book.breach('timeline', `the timeline of ${recovery.host} is empty`)
}

/** A server that could be moved was tried as often as it may be, or found where it should not be. */
async function checkPartial({ store, world, book, segment }: Case, recovery: Recovery): Promise<void> {
  const steps = await store.steps(recovery.id)
  for (const move of movesOf(recovery, steps)) {
    const server = world.servers.get(move.server)
    const vmState = recovery.servers.find(listed => listed.id === move.server)?.vmState ?? server?.vmState
    if (move.state !== 'stays' || server === undefined || vmState === undefined || isLeaving(server)) continue
    const isAffine = world.groups.some(group => group.policy === 'affinity' && group.members.includes(server.id))
    const isLocal = server.localDisk && segment.settings.storage === 'local' && !segment.settings.allowLocalDiskLoss
    const isUnusual = !recovery.settings.evacuate.moveUnusual && ['paused', 'suspended', 'rescued'].includes(vmState)
    const isLeft = isUnusual || ruleFor(segment.settings, server.name) === 'leave'
    if (isMovableKind(server, vmState) && !isAffine && !isLocal && !isLeft)
      book.breach('moved', `${server.name} (${vmState}) was not moved: ${move.reason}`)
  }
}

/** A host that is dead, with servers on it, and of which we were told, or that the poll must have found: somebody must still care. */
function checkForgotten(at: Case, host: ModelHost): void {
  const { world, recorder, book, told, touched } = at
  const toldAtMs = told.get(host.name) ?? (isPolled(at, host) ? 0 : undefined)
  const servers = serversOn(world, host.name).filter(
    ({ id, name }) => !touched.has(id) && ruleFor(at.segment.settings, name) !== 'leave'
  )
  if (toldAtMs === undefined || servers.length === 0 || host.isBareMetal) return
  if ((at.ruled.setAsideMs(host.name) ?? -1) >= toldAtMs) return
  const silentMs = silentForMs(world, host)
  if (silentMs === 0 || (toldAtMs > 0 && world.clock.now() - toldAtMs > silentMs)) return
  const recoveries = [...recorder.recoveries.values()].filter(recovery => recovery.host === host.name)
  if (recoveries.some(one => !hasEnded(one) || ['partial', 'cancelled'].includes(one.phase.state))) return
  book.breach(
    'nothing-lost',
    `${host.name} is dead, with servers on it, we were told or had to see it, and no recovery cares`
  )
}

/** Nova has called it down for long, and nobody has it in hand. */
function isPolled(at: Case, host: ModelHost): boolean {
  const isMember = !at.spares.includes(host.name)
  return at.polls && isMember && host.enabled && !host.forcedDown && !host.cellDown && isLongDown(at, host, pollsMs)
}

/** Each signal that was taken is on record and has its outcome; each command has its answer. */
async function checkSignals({ store, recorder, book, taken, world }: Case): Promise<void> {
  for (const id of taken) {
    const signal = await store.signal(id)
    if (signal === undefined) book.breach('nothing-lost', `signal ${id} was taken and is not on record`)
    else if (signal.outcome === 'received' && !isAnyCellDown(world.hosts.values()))
      book.breach('nothing-lost', `a signal for ${signal.host} was never looked at`)
  }
  for (const recovery of recorder.recoveries.values()) {
    const waiting = await store.commands(recovery.id)
    for (const { kind } of waiting) book.breach('nothing-lost', `${kind} for ${recovery.host} was never answered`)
  }
}

function isAnyCellDown(hosts: Iterable<ModelHost>): boolean {
  return [...hosts].some(host => host.cellDown)
}

async function checkSpares({ world, store, recorder, book, spares, excuses }: Case): Promise<void> {
  const held = await store.targets()
  const timelines = await Promise.all([...recorder.recoveries.keys()].map(id => store.events(id)))
  // It could not be disabled again, and the timeline says so.
  const isSaid = (spare: string): boolean =>
    timelines.flat().some(event => event.target === spare && event.text.includes('stays enabled'))
  for (const spare of spares) {
    const isUsed = world.deeds.some(deed => deed.kind === 'evacuate' && deed.to === spare)
    const isEnabledByUs = world.deeds.some(deed => deed.kind === 'enable' && deed.on === spare)
    if (excuses.late.has(spare)) continue
    if (isUsed || !isEnabledByUs || held[spare] !== undefined || !hostOf(world, spare).enabled || isSaid(spare))
      continue
    book.breach('restored', `${spare} was enabled for nothing and stays so`)
  }
}
