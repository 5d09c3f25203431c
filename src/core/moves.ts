import { unusual } from './movable.ts'
import type { ListedServer, Recovery } from './recovery.ts'
import type { Step } from './step.ts'
import { lastStep } from './step.ts'

/** One server's switch-over, derived from the plan and the journal of steps. */
export interface Move {
  readonly server: string
  readonly name: string
  /**
   * `waiting`: planned, not asked yet · `sending`: asked, outcome unknown · `moving`: Nova is at it · `restoring`: it
   * arrived and is brought back into the state it had · `arrived` · `gone`: deleted or moved by others · `failed` ·
   * `stays`: it can't or need not move, `reason` says why
   */
  readonly state: 'waiting' | 'sending' | 'moving' | 'restoring' | 'arrived' | 'gone' | 'failed' | 'stays'
  readonly target?: string
  readonly attempts: number
  readonly reason?: string
  readonly beganAtMs?: number
  readonly endedAtMs?: number
  /** Nova's record and request id of the newest attempt. */
  readonly migration?: number
  readonly requestId?: string
}

export function movesOf(recovery: Recovery, steps: readonly Step[]): Move[] {
  const listed = new Map(recovery.servers.map(server => [server.id, server.name]))
  for (const one of [...(recovery.plan?.moves ?? []), ...(recovery.plan?.staying ?? [])])
    listed.set(one.server, one.name)
  const stepsOf = Map.groupBy(steps, step => step.target)
  return [...listed].map(([server, name]) => moveOf(server, name, recovery, stepsOf.get(server) ?? []))
}

export function moveOf(server: string, name: string, recovery: Recovery, steps: readonly Step[]): Move {
  const last = lastStep(steps, 'evacuate', server)
  const planned = recovery.plan?.moves.find(move => move.server === server)
  const staying = recovery.plan?.staying.find(stay => stay.server === server)
  const target = last?.to ?? planned?.target
  const attempts = steps.filter(
    step => step.kind === 'evacuate' && step.target === server && step.state !== 'skipped'
  ).length
  const times = {
    ...(last === undefined ? {} : { beganAtMs: last.intentAtMs }),
    ...(last?.endedAtMs === undefined ? {} : { endedAtMs: last.endedAtMs }),
    ...(last?.migration === undefined ? {} : { migration: last.migration }),
    ...(last?.requestId === undefined ? {} : { requestId: last.requestId })
  }
  const move = { server, name, attempts, ...times, ...(target === undefined ? {} : { target }) }
  switch (last?.state) {
    case 'sending':
      return { ...move, state: 'sending' }
    case 'sent':
      return { ...move, state: 'moving' }
    case 'skipped':
      return { ...move, state: 'gone', reason: last.error ?? 'it needs no move' }
    case 'done':
      if (restoreOf(server, recovery, steps) === 'pending') return { ...move, state: 'restoring' }
      return { ...move, state: 'arrived', ...lostMemory(server, recovery) }
    default:
      break
  }
  if (staying !== undefined) return { ...move, state: 'stays', reason: staying.reason }
  if (last !== undefined && (planned === undefined || attemptsLeft(server, last, recovery, steps) <= 0)) {
    return { ...move, state: 'failed', reason: last.error ?? 'it failed' }
  }
  return planned === undefined
    ? { ...move, state: 'stays', reason: 'it is not in the plan' }
    : {
        ...move,
        target: planned.target,
        state: 'waiting',
        ...(last?.error === undefined ? {} : { reason: last.error })
      }
}

/** What had been paused, suspended or in rescue ends running, without what it had in memory. */
function lostMemory(server: string, recovery: Recovery): { readonly reason?: string } {
  const before = recovery.servers.find(listed => listed.id === server)?.vmState
  if (before === undefined || !unusual.includes(before)) return {}
  return { reason: `it was ${before}; it runs now, and what it had in memory is lost` }
}

/** Attempts still allowed after `last` failed: on a target that it reached they count there, else in all. */
export function attemptsLeft(server: string, last: Step, recovery: Recovery, steps: readonly Step[]): number {
  const counted = steps.filter(
    step =>
      step.kind === 'evacuate' &&
      step.target === server &&
      step.state === 'failed' &&
      step.unsent !== true &&
      step.intentAtMs > (recovery.retriedAtMs ?? 0) &&
      (last.reached === true ? step.reached === true && step.to === last.to : step.reached !== true)
  )
  const used =
    last.to !== undefined && last.reached === true && recovery.proofs[last.to] !== undefined ? 0 : counted.length
  return recovery.settings.evacuate.attempts - used
}

/** The host that a server may only go to: it got there once, and that host is not proven off (rule 14). */
export function pinOf(server: string, recovery: Recovery, steps: readonly Step[]): string | undefined {
  const vouchedAtMs = recovery.vouchedServers[server]?.atMs ?? 0
  const reached = steps.filter(
    step =>
      step.kind === 'evacuate' &&
      step.target === server &&
      step.state === 'failed' &&
      step.reached === true &&
      step.intentAtMs > vouchedAtMs
  )
  return reached.findLast(step => step.to !== undefined && recovery.proofs[step.to] === undefined)?.to
}

/** A step may still act at its target: it was asked and has no end. */
export function isOpen(step: Step): boolean {
  return step.state === 'sending' || step.state === 'sent'
}

/**
 * What a server must be brought back to after it arrived: Nova starts what was in error (openstack API, evacuate), and what
 * somebody was stopping when its host died: the order to stop it is lost with the host. And what a rule leaves stopped.
 */
export function restoreKind(before: ListedServer): 'stop' | undefined {
  const stopped = before.vmState === 'stopped' || before.taskState === 'powering-off' || before.leaveStopped === true
  return stopped ? 'stop' : undefined
}

function restoreOf(server: string, recovery: Recovery, steps: readonly Step[]): 'none' | 'pending' | 'done' {
  const before = recovery.servers.find(listed => listed.id === server)
  if (before === undefined || restoreKind(before) === undefined) return 'none'
  const step = lastStep(steps, 'stop', server)
  if (step === undefined) return 'none'
  return isOpen(step) ? 'pending' : 'done'
}
