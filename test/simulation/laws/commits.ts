import type { Recovery } from '../../../src/core/recovery.ts'
import { hasEnded } from '../../../src/core/recovery.ts'
import type { Step } from '../../../src/core/step.ts'
import { lastReport, reports } from '../../../src/emulator/model/hosts.ts'
import type { ModelServer } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { ruleFor } from './instance-rules.ts'
import { flying, isLongDown } from './since.ts'

/** As the model's BMC says: after this long a power-off can no longer arrive. */
const powerOffMs = 10_000
/** The guards are asked between a reservation and the plan that is written down. */
const planMs = 15_000

/** What is written down must be so. */
export function watchCommits(at: Case): void {
  const { recorder, world } = at
  const powerOffs = new Map<string, Step>()
  const onHost = new Map<string, string[]>()
  const known = new Map<string, Recovery>()
  world.watchers.push(({ kind, on }) => {
    if (kind !== 'isolate') return
    onHost.set(
      on,
      [...world.servers.values()].filter(server => server.host === on).map(server => server.id)
    )
  })
  recorder.listen({
    step(recovery, step) {
      if (step.kind === 'power-off') powerOffs.set(recovery.id, step)
      if (step.kind === 'evacuate' && step.state === 'done') checkArrival(at, recovery, step)
    }
  })
  recorder.onChange(recovery => {
    const before = known.get(recovery.id)
    known.set(recovery.id, recovery)
    if (recovery.isolation !== undefined && before?.isolation === undefined)
      checkList(at, recovery, onHost.get(recovery.host) ?? [])
    if (before?.phase.state === recovery.phase.state) return
    checkHolders(at, recovery)
    checkTold(at, recovery)
    checkNewTargets(at, recovery, before?.targets ?? {})
    if (recovery.phase.state === 'cancelled') checkCancelled(at, recovery, powerOffs.get(recovery.id))
    if (recovery.phase.state === 'dismissed') checkDismissed(at, recovery)
    if (recovery.phase.state === 'partial') checkPartial(at, recovery)
  })
}

/** The record ends last: until then Nova names the old host. */
function checkArrival({ world, book }: Case, recovery: Recovery, { target }: Step): void {
  const server = world.servers.get(target)
  if (server?.host === recovery.host)
    book.breach('true-word', `the move of ${server.name} is called done, and Nova still places it on ${recovery.host}`)
}

/** Rule 8: nobody who was there when the host was isolated may be missing. */
function checkList({ world, book }: Case, recovery: Recovery, there: readonly string[]): void {
  const listed = new Set(recovery.servers.map(server => server.id))
  for (const id of there) {
    if (world.servers.get(id)?.host === recovery.host && !listed.has(id))
      book.breach('whole-list', `${id} was on ${recovery.host} when it was isolated, and the list that binds lacks it`)
  }
}

/** Rules 7 and 17: nothing that was sent may still arrive. */
/** It may be dead as well, whatever Nova says of it. */
function checkNewTargets({ recorder, book, chronicle }: Case, recovery: Recovery, before: Recovery['targets']): void {
  for (const host of Object.keys(recovery.targets)) {
    if (before[host] !== undefined || recovery.continues !== undefined) continue
    const its = [...recorder.recoveries.values()].find(other => other.host === host && !hasEnded(other))
    if (its !== undefined && chronicle.isOld(its.openedAtMs, planMs))
      book.breach('target-first', `${recovery.host} takes ${host} as a target, which has an open recovery of its own`)
  }
}

/**
 * A guard that holds it tells what it looked at. (A deed asks by itself whether it is armed, and a cloud that can't be read is seen
 * wherever it is read.)
 */
function checkTold({ book }: Case, { host, phase, guards = [] }: Recovery): void {
  if (phase.state !== 'held' || phase.hold.code === 'observing' || phase.hold.code === 'cloud') return
  const { guard } = phase.hold
  if (guard !== undefined && !guards.some(report => report.guard === guard && report.holds))
    book.breach('way-out', `${host} is held by ${guard}, and the guard's own answer does not say so`)
}

/** Rule 15: a target has one holder, from its reservation on. */
function checkHolders({ recorder, book }: Case, recovery: Recovery): void {
  if (hasEnded(recovery)) return
  for (const host of held(recovery)) {
    const other = [...recorder.recoveries.values()].find(
      one => one.id !== recovery.id && !hasEnded(one) && held(one).includes(host)
    )
    if (other !== undefined)
      book.breach('one-holder', `${host} is held by the recoveries of ${recovery.host} and of ${other.host}`)
  }
}

function held({ targets }: Recovery): string[] {
  return Object.keys(targets).filter(host => ['reserved', 'prepared'].includes(targets[host]?.state ?? ''))
}

function checkCancelled({ world, book, moved }: Case, recovery: Recovery, powerOff: Step | undefined): void {
  const nowMs = world.clock.now()
  if (powerOff !== undefined && powerOff.intentAtMs + powerOffMs > nowMs)
    book.breach('cancelled', `${recovery.host} is called cancelled while its power-off can still arrive`)
  const sent = flying({ world, moved }, recovery.settings.evacuate.moveTimeoutMs).find(
    one => one.source === recovery.host && moved.get(recovery.id)?.has(one.server)
  )
  if (sent !== undefined)
    book.breach('cancelled', `${recovery.host} is called cancelled while ${sent.server} is on its way`)
}

/** Rules 2 and 3: it reported since, or nobody is on it who can be moved, or all that was said of it was taken back while Nova sees it up. */
function checkDismissed(at: Case, recovery: Recovery): void {
  const { world, book, said } = at
  const host = hostOf(world, recovery.host)
  if (recovery.fenceIntents[host.name] !== undefined)
    book.breach('dismissed', `${host.name} is dismissed after a power-off was sent`)
  if (recovery.isolation !== undefined)
    book.breach('dismissed', `${host.name} is dismissed, and we have forced it down`)
  const unseen = said.unseen(recovery)
  if (unseen !== undefined)
    book.breach('nothing-lost', `${host.name} is dismissed on a look that is older than its last signal (${unseen})`)
  if (lastReport(world, host) >= recovery.openedAtMs) return
  if (host.isBareMetal) return
  const there = [...world.servers.values()].filter(server => server.host === host.name)
  const isLeft = ({ name }: ModelServer): boolean => ruleFor(recovery.settings, name) === 'leave'
  const areLeft = there.some(isLeft) && there.every(server => isLeft(server) || isLeaving(server))
  if (there.length === 0 || areLeft) return
  if (!isLongDown(at, host) && said.takenBack(recovery)) return
  book.breach('dismissed', `${host.name} is dismissed, and it has not reported since ${recovery.openedAtMs / 1000} s`)
}

/** Rule 8: who left or was deleted makes nothing partial; what users did since the last look nobody could see. */
function checkPartial(at: Case, recovery: Recovery): void {
  const isLeftBehind = recovery.servers.some(({ id }) => {
    const touchedAtMs = at.touched.get(id)
    if (touchedAtMs !== undefined && !at.chronicle.isOld(touchedAtMs)) return true
    const server = at.world.servers.get(id)
    return server !== undefined && !isLeaving(server) && isAmiss(at, recovery, server)
  })
  if (!isLeftBehind) at.book.breach('partial', `${recovery.host} is called partial, and nobody is left behind`)
}

function isAmiss(at: Case, recovery: Recovery, server: ModelServer): boolean {
  if (server.host === undefined || server.host === recovery.host || server.vmState === 'error') return true
  const host = hostOf(at.world, server.host)
  return !reports(at.world, host) || host.forcedDown
}

function isLeaving({ taskState, vmState }: ModelServer): boolean {
  return ['deleting', 'soft-deleting'].includes(taskState ?? '') || ['deleted', 'soft-delete'].includes(vmState)
}
