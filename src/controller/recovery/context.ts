import type { Ladder } from '../../core/ladder.ts'
import type { Recovery } from '../../core/recovery.ts'
import type { Step } from '../../core/step.ts'
import { lastStep } from '../../core/step.ts'
import { CloudError, FencingError, LeaseLost, messageOf } from '../../errors.ts'
import { isArmed } from '../judgement/check-guards.ts'
import type { Seen } from '../judgement/evidence.ts'
import { createSeen } from '../judgement/evidence.ts'
import type { Standing } from '../judgement/reread-proof.ts'
import type { Change, Lease, Ports, Sent, TimelineEvent } from '../ports/ports.ts'

/** What the driver of one recovery has in hand while it holds the lease. */
export interface Context {
  readonly ports: Ports
  readonly lease: Lease
  /** As last saved. */
  recovery: Recovery
  version: number
  /** The journal, as last saved. */
  steps: Step[]
  /** Aborted when the lease is lost: it destroys every socket of this recovery. */
  readonly signal: AbortSignal
  /** Waits, or less when a command that changes something or the end of the process wants attention; others are answered meanwhile. */
  wait(ms: number): Promise<void>
  /** Waits in full, but for the loss of the lease or the end of the process: a wait that a rule asks for. */
  pause(ms: number): Promise<void>
  /** The process wants to stop: what is decided now may rest on waits that were cut short. */
  isEnding(): boolean
  /** Asked after each wait: that was so, finish the deed in hand and return. */
  interrupted(): boolean
  /** Throws LeaseLost once the lease may be another's. */
  assertMayAct(): void
  readonly memory: Memory
}

/** What only this run knows; after a restart, a pause or a hold it is looked up again. */
export interface Memory {
  /** What was seen of the failed host before its fence. */
  readonly seen: Seen
  /** How many signals had joined when the evidence was last read. */
  signalsSeen?: number
  /** As of when this run last saw the failed host off, by each agent's own word; undefined after anything that interrupts. */
  provenAtMs?: number
  /** When it last heard so. */
  proofHeardAtMs?: number
  /** This run saw the host come on while it moved its servers, or a person asked to try again: it may be cut off once more. */
  mayFenceAgain?: true
  /** The proof was read again, and stands by what somebody remembers and the host's silence: what comes on then is not cut off. */
  onItsWord?: true
  /** The reading of the failed host's power that is under way. */
  proofReading?: Promise<Standing>
  /** When this run last saw the failed host on, or alive. */
  seenOnAtMs?: number
  /** Evacuations that were begun in this run, so that their requests are joined before anything else. */
  readonly inFlight: Map<string, Promise<void>>
  /** What those requests threw, until somebody looks. */
  readonly failures: unknown[]
  /** The moves were stopped while requests were in flight: what has not left yet must not leave. */
  halted?: boolean
  /** Servers that may have places in the limits; undefined before that was settled in this run. */
  places?: Set<string>
  /** When it was last asked which servers on their way were deleted. */
  goneLookedAtMs?: number
  /** A request to move a server was refused or cut off since somebody looked. */
  trouble?: boolean
  /** Dates of its reports since it was taken to be off, by Nova's clock. */
  readonly lateReports: Set<number>
  /** When the last of them was first seen, by our clock. */
  reportMovedAtMs?: number
  /** A hold was woken by a person: it looks at once. */
  woken?: boolean
  /** The segment was disarmed when it was last asked, after something had woken this run. */
  disarmed?: boolean
  /** By which the host is being fenced, or was last. */
  ladder?: Ladder
  /** Since when a hold that began at `holdSinceMs` has seen no verdict, ms. */
  doubted?: { readonly holdSinceMs: number; readonly fromMs: number }
  /** How often what was seen of the power was forgotten: a reading that was asked for before that is void. */
  proofsForgotten: number
  /** When a move last began or ended, and how many steps of moves there were then. */
  progress?: { readonly mark: string; readonly atMs: number }
  /** Servers that arrived and were found in the state that they had. */
  readonly restored: Set<string>
}

export function createMemory(): Memory {
  return {
    inFlight: new Map(),
    failures: [],
    seen: createSeen(),
    restored: new Set(),
    lateReports: new Set(),
    proofsForgotten: 0
  }
}

/** What was seen of the power counts no more, nor does a reading that is still under way. */
export function forgetProof(memory: Memory): void {
  delete memory.provenAtMs
  delete memory.mayFenceAgain
  delete memory.proofReading
  memory.proofsForgotten += 1
}

/** Writes to the recovery's rows under its lease and keeps the copy in hand the same. */
export async function record(ctx: Context, change: Change): Promise<void> {
  const written = await ctx.ports.store.write(ctx.lease, change)
  if (written === 'signalJoined') throw new Error('only a closing write can be refused')
  keep(ctx, change, written.version)
}

/** The copy in hand after a write. */
export function keep(ctx: Context, change: Change, version: number): void {
  if (change.recovery !== undefined) ctx.recovery = change.recovery
  ctx.version = version
  for (const step of change.steps ?? []) {
    const at = ctx.steps.findIndex(
      one => one.kind === step.kind && one.target === step.target && one.attempt === step.attempt
    )
    if (at === -1) ctx.steps.push(step)
    else ctx.steps[at] = step
  }
}

/** Every request in flight is answered, or given up before it left, before anything else is decided. */
export async function joinRequests({ memory }: Context): Promise<void> {
  memory.halted = true
  await Promise.all(memory.inFlight.values())
  delete memory.halted
}

export function note(kind: string, text: string, target?: string): TimelineEvent {
  return { kind, actor: 'switchover', text, ...(target === undefined ? {} : { target }) }
}

export type NewStep = Pick<Step, 'kind' | 'target'> & Partial<Pick<Step, 'to' | 'afterMigration' | 'takesMigration'>>

/**
 * One command to the world: intent, check of the lease, deed, result. The step comes back as `taken` when the service
 * took it, as `failed`, or still as `sending` when its fate is not known. `also` is written together with the intent.
 */
export async function act(
  ctx: Context,
  step: NewStep,
  taken: 'sent' | 'done',
  deed: (signal: AbortSignal) => Promise<Sent | undefined>,
  also: Change = {}
): Promise<Step> {
  await assertArmed(ctx)
  const attempt = (lastStep(ctx.steps, step.kind, step.target)?.attempt ?? 0) + 1
  const intent: Step = { ...step, attempt, state: 'sending', intentAtMs: ctx.ports.clock.now() }
  await record(ctx, { ...also, steps: [intent] })
  ctx.assertMayAct()
  const result = await attemptDeed(ctx, intent, taken, deed)
  if (result.state === 'sending') return result
  const text = result.state === 'failed' ? `${stepText(result)} failed: ${result.error}` : stepText(result)
  await record(ctx, { steps: [result], events: [note('step', text, step.target)] })
  return result
}

/** Somebody disarmed the segment: no new deed; what was sent goes on. */
export class Disarmed extends Error {}

/** Arming is read again before every deed on the cloud or a BMC (rule 20). */
export async function assertArmed(ctx: Context): Promise<void> {
  const { store, policy } = ctx.ports
  if (!isArmed(ctx.recovery.segment, await store.arming(), policy)) {
    throw new Disarmed(`segment ${ctx.recovery.segment} only observes: nothing more is touched until it is armed`)
  }
}

async function attemptDeed(
  ctx: Context,
  intent: Step,
  taken: 'sent' | 'done',
  deed: (signal: AbortSignal) => Promise<Sent | undefined>
): Promise<Step> {
  try {
    const sent = await deed(ctx.signal)
    const requestId = sent?.requestId === undefined ? {} : { requestId: sent.requestId }
    return { ...intent, ...requestId, state: taken, ...(taken === 'done' ? { endedAtMs: ctx.ports.clock.now() } : {}) }
  } catch (error) {
    if (ctx.signal.aborted) throw new LeaseLost(`recovery ${ctx.lease.recovery}: the lease was lost`, { cause: error })
    if (!isWorldError(error)) throw error
    ctx.ports.log.warn(
      {
        recovery: ctx.lease.recovery,
        step: intent.kind,
        target: intent.target,
        code: error.code,
        err: messageOf(error)
      },
      'deed failed'
    )
    if (error.code === 'unknown') return intent
    // A 401 comes before anything is done.
    const unsent = error.code === 'unreachable' || error.code === 'unauthorized' ? { unsent: true } : {}
    return { ...intent, ...unsent, state: 'failed', error: error.message, endedAtMs: ctx.ports.clock.now() }
  }
}

/** The world's failures have a code; everything else that is thrown is our own mistake. */
export function isWorldError(thrown: unknown): thrown is CloudError | FencingError {
  return thrown instanceof CloudError || thrown instanceof FencingError
}

export function stepText(step: Step): string {
  const to = step.to === undefined ? '' : ` to ${step.to}`
  return `${step.kind} ${step.target}${to}${step.attempt > 1 ? ` (attempt ${step.attempt})` : ''}`
}
