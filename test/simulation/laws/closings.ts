import type { Recovery } from '../../../src/core/recovery.ts'
import { whereRunning } from '../../../src/emulator/model/oracle.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { ruleFor } from './instance-rules.ts'
import { isLeaving, isUpInNova, mayRunGuests, serversOn, silentForMs } from './truth.ts'

/** Nova calls a host up for so long after its last report, and some rounds more may pass. */
const noticeMs = 20_000

/** What users do so shortly before the end is not seen any more. */
const lookMs = 30_000

/** Looks at each recovery in the moment in which it ends: is its word true? */
export function watchClosings(at: Case): void {
  at.recorder.onChange(recovery => {
    if (recovery.phase.state === 'recovered') checkRecovered(at, recovery)
    if (recovery.phase.state === 'dismissed') checkDismissed(at, recovery)
  })
}

/** Nothing is left there, and each server runs where Nova says, once, or not at all if it was stopped. */
function checkRecovered({ world, excuses, book, touched, chronicle, moved }: Case, recovery: Recovery): void {
  for (const server of serversOn(world, recovery.host)) {
    if (!chronicle.isOld(touched.get(server.id) ?? 0, lookMs)) continue
    if (ruleFor(recovery.settings, server.name) === 'leave') continue
    book.breach('restored', `${server.name} is still on ${recovery.host}, which is called recovered`)
  }
  for (const listed of recovery.servers) {
    const server = world.servers.get(listed.id)
    if (server?.host === undefined || isLeaving(server) || excuses.servers.has(listed.id)) continue
    if (server.host === recovery.host || touched.has(listed.id)) continue
    const places = whereRunning(world, listed.id).filter(host => host === server.host || !excuses.hosts.has(host))
    // What others moved before its turn is theirs: a rule is about what the recovery moves.
    const isMoved = moved.get(recovery.id)?.has(listed.id) === true
    // What was being stopped is to be stopped: by its user, or by another tool's evacuation, which lets it run for a moment.
    const isStopped =
      listed.vmState === 'stopped' ||
      listed.taskState === 'powering-off' ||
      (isMoved && ruleFor(recovery.settings, listed.name) === 'leaveStopped')
    if (isStopped && places.length > 0) book.breach('restored', `${listed.name} was stopped and runs on ${places}`)
    // A target that died since is its own recovery's affair.
    const there = hostOf(world, server.host)
    if (!mayRunGuests(there) || !isUpInNova(world, there)) continue
    if (listed.vmState === 'active' && !isStopped && places.join() !== server.host)
      book.breach('restored', `${listed.name} should run on ${server.host} and runs on ${places.join() || 'nothing'}`)
  }
}

/** A dead host with servers on it is no false alarm. */
function checkDismissed({ world, book }: Case, recovery: Recovery): void {
  const host = hostOf(world, recovery.host)
  const servers = serversOn(world, host.name).filter(({ name }) => ruleFor(recovery.settings, name) !== 'leave')
  if (silentForMs(world, host) < world.timing.serviceDownMs + noticeMs || servers.length === 0) return
  book.breach('nothing-lost', `${host.name} is dismissed: dead, with servers on it`)
}
