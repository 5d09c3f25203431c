import type { EvidenceView, GuardView, RecoveryView } from '../../../schemas/recovery.d.ts'
import { type Line, line, rows, type Section } from '../layout.ts'
import { ago, clockTime, withClockTimes } from '../times.ts'

/** The verdict, and each source's word with its age. */
export function evidenceOf(evidence: EvidenceView | undefined, nowMs: number): Section {
  if (evidence === undefined) return { label: 'verdict', lines: [line('none')] }
  const { verdict, because, observations, atMs } = evidence
  const words = observations.map(({ source, says, detail, atMs: askedAtMs }) => [
    ...[`  ${source}`, says, ago(askedAtMs ?? atMs, nowMs)],
    detail
  ])
  return { label: 'verdict', lines: [line(`${verdict}, ${ago(atMs, nowMs)}: ${because}`), ...rows(words)] }
}

const results = { matched: 'matches', notMatched: 'does not match', failed: 'could not be evaluated' } as const

/** The rules that were tried, in order, up to the one that decided. */
export function rulesOf({ decision }: RecoveryView): Section {
  if (decision === undefined) return { label: 'rules', lines: [] }
  const tried = decision.tried.map(({ rule, result, because }) => [`  "${rule}"`, results[result], because])
  return { label: 'rules', lines: [line(decision.because), ...rows(tried)] }
}

/** Each guard with what it looked at: those that hold come first; those that are open by their names, unless `all` are asked for. */
export function guardsOf(guards: readonly GuardView[] | undefined, nowMs: number, all: boolean): Section {
  if (guards === undefined) return { label: 'guards', lines: [line('not asked')] }
  const told = guards.filter(guard => all || rankOf(guard) < 2).sort((a, b) => rankOf(a) - rankOf(b))
  const open = guards.length - told.length
  const others = told.length === 0 ? `none of ${open} holds` : `${open} others do not hold`
  return {
    label: 'guards',
    lines: [
      ...rows(told.map(guard => [wordOf(guard), guard.guard, sayOf(guard, nowMs)])),
      ...(open === 0 ? [] : [line(`${others} (--all shows what each has seen)`)])
    ]
  }
}

function rankOf({ holds, approvedBy }: GuardView): number {
  if (holds) return 0
  return approvedBy === undefined ? 2 : 1
}

function wordOf({ holds, approvedBy }: GuardView): string {
  if (holds) return 'HOLDS'
  return approvedBy === undefined ? 'open' : 'let through'
}

function sayOf({ reason, inputs = {}, untilMs, approvedBy, holds, approvable }: GuardView, nowMs: number): string {
  const figures = Object.entries(inputs).map(([name, value]) => `${name} ${figureOf(name, value, nowMs)}`)
  const then = [
    ...(untilMs === undefined ? [] : [`until ${clockTime(untilMs, nowMs)} UTC`]),
    ...(holds && approvable === true ? ['an approval lets it through'] : []),
    ...(approvedBy === undefined ? [] : [`approved by ${approvedBy}`])
  ]
  return `${[withClockTimes(reason, nowMs), ...then].join('; ')}${figures.length === 0 ? '' : ` [${figures.join(', ')}]`}`
}

type Input = NonNullable<GuardView['inputs']>[string]

function figureOf(name: string, value: Input, nowMs: number): string {
  if (typeof value === 'number' && name.endsWith('Ms')) return `${clockTime(value, nowMs)} UTC`
  return Array.isArray(value) ? value.join(' ') || 'none' : String(value)
}

/** Why a host is believed to be off. */
export function proofsOf({ proofs }: RecoveryView, nowMs: number): Section {
  return { label: 'proof', lines: Object.entries(proofs).map(([host, proof]) => proofLine(host, proof, nowMs)) }
}

function proofLine(host: string, proof: RecoveryView['proofs'][string], nowMs: number): Line {
  const at = `${clockTime(proof.atMs, nowMs)} UTC`
  if (proof.kind === 'vouched')
    return line(`${host}: ${proof.by ?? 'somebody'} vouched at ${at}: ${proof.reason ?? ''}`, 2)
  if (proof.kind === 'waived') return line(`${host}: waived by the configuration (fencing: [none])`, 2)
  const readings = (proof.readings ?? []).map(({ agent, power, atMs }) => `${agent} ${power} ${clockTime(atMs, nowMs)}`)
  return line(`${host}: fenced at ${at}: ${readings.join(', ')}`, 2)
}
