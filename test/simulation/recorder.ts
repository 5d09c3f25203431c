import type { CommandAnswer, NewCommand, NewSignal, Received, Store } from '../../src/controller/ports/ports.ts'
import type { Phase, Proof, Recovery } from '../../src/core/recovery.ts'
import { hasEnded } from '../../src/core/recovery.ts'
import type { Step } from '../../src/core/step.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What was committed, in order: the golden log, and the last word of each recovery for the laws. */
export interface Recorder {
  readonly store: Store
  readonly log: string[]
  /** What people were told by the outgoing webhook: `held compute-01`, `ended compute-01`. */
  readonly notices: string[]
  /** Recovery id → its state as last committed. */
  readonly recoveries: Map<string, Recovery>
  /** True while a call of the store is under way. */
  busy(): boolean
  /** Calls `listener` after each change of state. */
  onState(listener: (host: string, state: string) => void): void
  /** Calls `listener` with each recovery as it is committed. */
  onChange(listener: (recovery: Recovery) => void): void
  /** Tells `listener` what else was committed. */
  listen(listener: Listener): void
  say(line: string): void
  /** The proof of the open recovery of `host`. */
  proofFor(host: string): Proof | undefined
}

export interface Listener {
  /** A step, with the recovery as it was just before. */
  step?(recovery: Recovery, step: Step): void
  /** A process took a recovery. */
  claim?(recovery: string, owner: string): void
  /** What became of a signal: of one that was just told, or of one that had been stored, for `host`. It was asked at `sinceMs`. */
  signal?(answer: Received, told: NewSignal | undefined, sinceMs: number, host: string | undefined): void
  /** A command, and the versions of the recovery just before and just after the answer. */
  command?(command: NewCommand, answer: CommandAnswer, versions: readonly (number | undefined)[]): void
}

/** What the recorder is told after each commit. */
interface Ear {
  changed(recovery: Recovery, text: string): void
  /** A line about a guard or an approval. */
  noted(recovery: string, text: string): void
  told(recovery: string, type: string): void
  stepped(recovery: string, step: Step): void
  claimed(recovery: string, owner: string): void
  answered(answer: Received, told: NewSignal | undefined, sinceMs: number, host: string | undefined): void
  commanded(command: NewCommand, answer: CommandAnswer, versions: readonly (number | undefined)[]): void
}

export function createRecorder(inner: Store, clock: VirtualClock): Recorder {
  const log: string[] = []
  const notices: string[] = []
  const recoveries = new Map<string, Recovery>()
  const listeners: ((host: string, state: string) => void)[] = []
  const changes: ((recovery: Recovery) => void)[] = []
  const others: Listener[] = []
  const endedMoves = new Set<string>()
  const say = (line: string): void => void log.push(`${String(clock.seconds()).padStart(4)}  ${line}`)

  const ear: Ear = {
    changed(recovery, text) {
      const before = recoveries.get(recovery.id)
      recoveries.set(recovery.id, recovery)
      for (const listener of changes) listener(recovery)
      if (before !== undefined && nameOf(before.phase) === nameOf(recovery.phase)) return
      say(`${recovery.host}: ${before?.phase.state ?? 'opened'} -> ${nameOf(recovery.phase)} (${clean(text)})`)
      for (const listener of listeners) listener(recovery.host, recovery.phase.state)
    },
    noted: (recovery, text) => say(`${recoveries.get(recovery)?.host}: ${clean(text)}`),
    told: (recovery, type) => void notices.push(`${type} ${recoveries.get(recovery)?.host}`),
    claimed(recovery, owner) {
      for (const listener of others) listener.claim?.(recovery, owner)
    },
    answered(answer, told, sinceMs, host) {
      for (const listener of others) listener.signal?.(answer, told, sinceMs, host)
    },
    commanded(command, answer, versions) {
      for (const listener of others) listener.command?.(command, answer, versions)
    },
    stepped(recovery, step) {
      const owner = recoveries.get(recovery)
      if (owner !== undefined) for (const listener of others) listener.step?.(owner, step)
      const key = `${recovery} ${step.target} ${step.attempt}`
      if (step.kind !== 'evacuate' || step.state === 'sending' || step.state === 'sent' || endedMoves.has(key)) return
      endedMoves.add(key)
      const why = step.error === undefined ? '' : ` (${clean(step.error)})`
      say(`${recoveries.get(recovery)?.host}: ${step.target} -> ${step.to ?? 'nowhere'} ${step.state}${why}`)
    }
  }
  const { store, busy } = counted(inner, heard(inner, clock, recoveries, ear))
  return {
    store,
    log,
    notices,
    recoveries,
    busy,
    say,
    onState: listener => void listeners.push(listener),
    onChange: listener => void changes.push(listener),
    listen: listener => void others.push(listener),
    proofFor(host) {
      const open = [...recoveries.values()].filter(recovery => !hasEnded(recovery))
      return open.find(recovery => recovery.host === host)?.proofs[host]
    }
  }
}

/** The members that change a recovery, each told to `ear` once it is committed. */
function heard(
  inner: Store,
  clock: VirtualClock,
  recoveries: ReadonlyMap<string, Recovery>,
  ear: Ear
): Pick<Store, 'write' | 'receive' | 'settle' | 'command' | 'claim'> {
  async function opened(id: string | undefined, how: string): Promise<void> {
    if (id === undefined || recoveries.has(id)) return
    const stored = await inner.recovery(id)
    if (stored !== undefined) ear.changed(stored.recovery, how)
  }
  async function answered(
    received: Promise<Received>,
    how: string,
    host: string | undefined,
    told?: NewSignal
  ): Promise<Received> {
    const sinceMs = clock.now()
    const answer = await received
    ear.answered(answer, told, sinceMs, host)
    await opened(answer.recovery, how)
    return answer
  }
  return {
    async claim(owner, ttlMs, limit, lapsed) {
      const claimed = await inner.claim(owner, ttlMs, limit, lapsed)
      for (const { lease } of claimed) ear.claimed(lease.recovery, owner)
      return claimed
    },
    async write(lease, change) {
      const result = await inner.write(lease, change)
      if (result === 'signalJoined') return result
      for (const step of change.steps ?? []) ear.stepped(lease.recovery, step)
      for (const notice of change.notify ?? []) ear.told(lease.recovery, notice.type)
      for (const { kind, text } of change.events ?? []) if (kind === 'guard') ear.noted(lease.recovery, text)
      const text = change.events?.findLast(event => event.kind === 'state')?.text ?? ''
      if (change.recovery !== undefined) ear.changed(change.recovery, text.replace(/^held: /, ''))
      return result
    },
    receive: (signal, disposition) =>
      answered(inner.receive(signal, disposition), `${signal.source} signal`, signal.host, signal),
    settle: (signal, host, disposition) => answered(inner.settle(signal, host, disposition), 'looked up', host),
    async command(command, successor) {
      const before = await inner.recovery(command.recovery)
      const answer = await inner.command(command, successor)
      const after = await inner.recovery(command.recovery)
      ear.commanded(command, answer, [before?.version, after?.version])
      if (typeof answer === 'object') await opened(answer.recovery, `${command.actor} retries`)
      return answer
    }
  }
}

/** The store with `own` in place of its members, and a count of the calls under way. */
function counted(inner: Store, own: Partial<Store>): { store: Store; busy: () => boolean } {
  let underWay = 0
  const store = new Proxy(inner, {
    get(of, key) {
      const member: unknown = Reflect.get(own, key) ?? Reflect.get(of, key)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        const result: unknown = member.apply(of, args)
        if (!(result instanceof Promise)) return result
        underWay++
        return result.finally(() => void underWay--)
      }
    }
  })
  return { store, busy: () => underWay > 0 }
}

function nameOf(phase: Phase): string {
  if (phase.state !== 'held') return phase.state
  const { code, guard } = phase.hold
  return code === 'guard' && guard !== undefined ? `held guard ${guard}` : `held ${code}`
}

/** Ids differ from run to run, and so do moments of the database's clock. */
function clean(text: string): string {
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
}
