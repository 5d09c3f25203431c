import type { Decision, RuleContext, Rules } from './rules.ts'
import type { AlarmFacts, SignalSource } from './signal.ts'

export interface TriageQuestion
  extends Pick<RuleContext, 'nowMs' | 'kind'>,
    Partial<Pick<RuleContext, 'segment' | 'definition' | 'seen' | 'past'>> {
  readonly source: SignalSource
  readonly alarm?: AlarmFacts
  readonly host?: string
  /** False until the cloud's hosts were read once: then nobody knows whose host it is. */
  readonly membersKnown: boolean
  /** The alarm's definition could still name the host. */
  readonly canLookUp: boolean
  /** We isolated the host, and it has not been seen to return. `unknown`: it must be looked at. */
  readonly isolated: 'no' | 'yes' | 'unknown'
  readonly rules: Rules
}

export type Triage = {
  readonly because: string
  /** What the business rules said, where they were asked. */
  readonly decision?: Decision
} & (
  | { readonly outcome: 'open' }
  | { readonly outcome: 'noted' | 'ignored' | 'received' | 'unresolved'; readonly clears?: boolean }
)

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
  const decision = question.rules.decide(contextOf(question, host, question.segment))
  const { because } = decision
  if (decision.outcome === 'lookUp') return { outcome: 'received', because }
  if (decision.outcome === 'ignore') return { outcome: 'ignored', because, decision }
  if (decision.outcome === 'note') return { outcome: 'noted', because, decision, clears: alarm?.current === 'ok' }
  if (question.isolated === 'unknown')
    return { outcome: 'received', because: `${host} was isolated by us; whether it has returned is looked up` }
  if (question.isolated === 'yes')
    return { outcome: 'noted', because: `${host} is isolated by us and has not returned`, decision }
  return { outcome: 'open', because, decision }
}

function contextOf(question: TriageQuestion, host: string, segment: RuleContext['segment']): RuleContext {
  const { source, kind, nowMs, definition, seen, past } = question
  return {
    ...{ source, host, kind, segment, nowMs },
    alarm: question.alarm ?? { id: '', current: 'alarm', traits: {} },
    ...(definition === undefined ? {} : { definition }),
    ...(seen === undefined ? {} : { seen }),
    ...(past === undefined ? {} : { past })
  }
}
