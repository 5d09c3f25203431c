import { suggestion } from '../closest.ts'
import { weekdays } from './calendar.ts'
import type { Expression } from './cel.ts'
import { pathOf, textIn } from './syntax.ts'

const alarmStates = ['alarm', 'ok', 'insufficient data']

/** Texts of which there are only so many, by the path under which they stand. */
const closedSets: Readonly<Record<string, readonly string[]>> = {
  source: ['aodh', 'poll'],
  'alarm.current': alarmStates,
  'alarm.previous': alarmStates,
  'alarm.severity': ['low', 'moderate', 'critical'],
  'host.kind': ['host', 'spare'],
  'host.status': ['enabled', 'disabled', 'unknown'],
  'host.state': ['up', 'down', 'unknown'],
  'segment.method': ['reserved_host', 'auto', 'auto_priority', 'rh_priority'],
  'segment.storage': ['shared', 'local'],
  'segment.approval': ['none', 'required'],
  'time.weekday': weekdays,
  'server.powerState': ['none', 'running', 'paused', 'shutdown', 'crashed', 'suspended'],
  'server.vmState': [
    ...['active', 'stopped', 'error', 'paused', 'suspended', 'rescued', 'building', 'resized'],
    ...['shelved', 'shelved_offloaded', 'soft-delete', 'deleted']
  ]
}

/** Texts that are written in one way; compared with another they are smaller or larger by accident. */
const forms: Readonly<Record<string, { readonly pattern: RegExp; readonly example: string }>> = {
  'time.clock': { pattern: /^([01]\d|2[0-4]):[0-5]\d$/, example: '06:30' },
  'time.date': { pattern: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, example: '2026-12-24' }
}

const comparisons = ['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_']

/** A comparison with a text that can never be there: CEL finds nothing wrong with it, and the rule would never match. */
export function strangeTexts(name: string, [left, right]: readonly (Expression | undefined)[]): string[] {
  if (name === '@in') return membersOf(right).flatMap(member => strange(left, member))
  return comparisons.includes(name) ? [...strange(left, right), ...strange(right, left)] : []
}

function membersOf(list: Expression | undefined): readonly Expression[] {
  return list?.exprKind.case === 'listExpr' ? list.exprKind.value.elements : []
}

function strange(one: Expression | undefined, other: Expression | undefined): string[] {
  const path = pathOf(one) ?? ''
  const text = textIn(other)
  // What is not known is an empty text.
  if (text === undefined || text === '') return []
  const known = Object.hasOwn(closedSets, path) ? closedSets[path] : undefined
  if (known !== undefined && !known.includes(text)) {
    const list = known.map(word => JSON.stringify(word)).join(', ')
    return [`${path} is never ${JSON.stringify(text)}${suggestion(text, known)}: it is one of ${list}`]
  }
  const form = Object.hasOwn(forms, path) ? forms[path] : undefined
  if (form === undefined || form.pattern.test(text)) return []
  return [`${path} is never like ${JSON.stringify(text)}: it is like "${form.example}"`]
}
