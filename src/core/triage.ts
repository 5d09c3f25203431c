import type { RuleContext, Rules } from './rules.ts'
import type { AlarmFacts, SignalSource } from './signal.ts'

export interface TriageQuestion {
  readonly source: SignalSource
  readonly alarm?: AlarmFacts
  readonly host?: string
  /** The segment that the host belongs to, when it is known. */
  readonly segment?: string
  /** False until the cloud's hosts were read once: then nobody knows whose host it is. */
  readonly membersKnown: boolean
  /** The alarm's definition could still name the host. */
  readonly canLookUp: boolean
  /** We isolated the host, and it has not been seen to return. `unknown`: it must be looked at. */
  readonly isolated: 'no' | 'yes' | 'unknown'
  readonly rules: Rules
}

export type Triage =
  | { readonly outcome: 'open'; readonly because: string }
  | {
      readonly outcome: 'noted' | 'ignored' | 'received' | 'unresolved'
      readonly because: string
      readonly clears?: boolean
    }

/** What a signal means: rules 1, 2 and 5 and the operator's business rules. */
export function triage(question: TriageQuestion): Triage {
  const { host, alarm } = question
  if (question.source === 'test')
    return { outcome: 'noted', because: 'a test of the way that alarms take: it arrived, and nothing is done' }
  if (host === undefined) {
    return question.canLookUp
      ? {
          outcome: 'received',
          because: "neither the URL nor a trait names the host; the alarm's definition is looked up"
        }
      : { outcome: 'unresolved', because: 'nothing names the host: give the host in the action URL, /v1/alarms/HOST' }
  }
  if (question.segment === undefined) {
    return question.membersKnown
      ? { outcome: 'unresolved', because: `${host} belongs to no segment` }
      : { outcome: 'received', because: "the cloud's hosts have not been read yet" }
  }
  if (question.source === 'manual') return { outcome: 'open', because: 'an operator asked for it' }
  if (question.source === 'target') return { outcome: 'open', because: 'a recovery lost it as its target' }
  const context: RuleContext = {
    source: question.source,
    host,
    segment: question.segment,
    alarm: alarm ?? { id: '', current: 'alarm', traits: {} }
  }
  const decision = question.rules.decide(context)
  if (decision.outcome === 'ignore') return { outcome: 'ignored', because: decision.because }
  if (decision.outcome === 'note')
    return { outcome: 'noted', because: decision.because, clears: alarm?.current === 'ok' }
  if (question.isolated === 'unknown')
    return { outcome: 'received', because: `${host} was isolated by us; whether it has returned is looked up` }
  if (question.isolated === 'yes')
    return { outcome: 'noted', because: `${host} is isolated by us and has not returned` }
  return { outcome: 'open', because: decision.because }
}
