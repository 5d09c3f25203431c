import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { listOf, ref } from '../../http/contract.ts'
import { schemas } from '../../http/schemas.ts'
import type { ArmingView } from '../../schemas/arming.d.ts'
import type { CommandAccepted } from '../../schemas/command-accepted.d.ts'
import type { DryRunView } from '../../schemas/dry-run.d.ts'
import type { Health } from '../../schemas/health.d.ts'
import type { ReceivedSignal } from '../../schemas/received.d.ts'
import type { RecoveryView } from '../../schemas/recovery.d.ts'
import type { RecoverySummary } from '../../schemas/recovery-summary.d.ts'
import type { SegmentView } from '../../schemas/segment.d.ts'
import type { SignalView } from '../../schemas/signal.d.ts'

/** The answers of the API that the commands read, by the name of their schema. */
export interface Answers {
  readonly health: Health
  readonly recoveries: { readonly items: readonly RecoverySummary[]; readonly cursor?: string }
  readonly recovery: RecoveryView
  readonly segments: { readonly items: readonly SegmentView[] }
  readonly signals: { readonly items: readonly SignalView[]; readonly cursor?: string }
  readonly 'dry-run': DryRunView
  readonly received: ReceivedSignal
  readonly arming: ArmingView
  readonly 'command-accepted': CommandAccepted
}

export type AnswerName = keyof Answers

const lists: Readonly<Partial<Record<AnswerName, string>>> = {
  recoveries: 'recovery-summary',
  segments: 'segment',
  signals: 'signal'
}

/** What a newer service says beside what we know is no mistake. */
const additions = ['additionalProperties', 'unevaluatedProperties']

/** The value as the named answer, or what is wrong with it. */
export function readAnswer<N extends AnswerName>(name: N, value: unknown): Answers[N] | { readonly wrong: string } {
  const ajv = createAjv()
  const list = lists[name]
  const validate = ajv.compile(list === undefined ? ref(name) : listOf(list))
  if (validate(value)) return value as Answers[N]
  const wrong = (validate.errors ?? []).filter(({ keyword }) => !additions.includes(keyword))
  return wrong[0] === undefined ? (value as Answers[N]) : { wrong: sentenceOf(wrong[0]) }
}

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true })
  addFormats.default(ajv)
  for (const schema of schemas) ajv.addSchema(schema)
  return ajv
}

function sentenceOf({ instancePath, message = 'is not valid' }: ErrorObject): string {
  return `${instancePath === '' ? 'it' : instancePath} ${message}`
}
