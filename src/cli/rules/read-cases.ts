import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import schema from '../../../schemas/rule-case.json' with { type: 'json' }
import { dotted, pathOf } from '../../config/paths.ts'
import { sentenceOf } from '../../config/sentence.ts'
import { messageOf } from '../../errors.ts'
import type { RuleCase } from '../../schemas/rule-case.d.ts'

/** One case, or why the file has none. */
export type ReadCase = { readonly from: string } & (
  | { readonly case: RuleCase }
  | { readonly mistakes: readonly string[] }
)

const isCase = new Ajv2020({ allErrors: true, allowUnionTypes: true, verbose: true }).compile<RuleCase>(schema)

/** The cases of a file: an alarm's body, a case, or a list of them. Says what is wrong with it in place of throwing. */
export function readCases(file: string): ReadCase[] {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return [{ from: file, mistakes: [`can't be read as JSON: ${messageOf(error)}`] }]
  }
  if (Array.isArray(value) && value.length === 0) return [{ from: file, mistakes: ['has no case'] }]
  return Array.isArray(value)
    ? value.map((one: unknown, index) => readCase(`${file}[${index}]`, one))
    : [readCase(file, value)]
}

function readCase(from: string, value: unknown): ReadCase {
  const wrapped = isAlarm(value) ? { alarm: value } : value
  if (!isCase(wrapped)) {
    const mistakes = (isCase.errors ?? []).flatMap(
      error => sentenceOf(error, dotted(pathOf(error.instancePath, wrapped)), 'field of a case') ?? []
    )
    return { from, mistakes: mistakes.length > 0 ? [...new Set(mistakes)] : ['is no case'] }
  }
  const kinds = [wrapped.alarm, wrapped.server].filter(one => one !== undefined).length
  return kinds === 1 ? { from, case: wrapped } : { from, mistakes: ['must have exactly one of alarm, server'] }
}

/** What only Aodh's body has. */
function isAlarm(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && 'alarm_id' in value
}
