import { durationMs } from '../../config/durations.ts'
import type { Environment } from '../../config/read-yaml.ts'
import { loadConfig } from '../../config.ts'
import { ConfigError } from '../../errors.ts'
import type { RuleCase } from '../../schemas/rule-case.d.ts'
import { createJudge, type Judged, type Judgement } from './judge.ts'
import { readCases } from './read-cases.ts'
import { remindersOf } from './reminders.ts'
import { type Replayed, replayStored } from './stored.ts'

export interface RulesOutput {
  readonly json: boolean
  readonly out: { write(text: string): unknown }
}

interface Tested {
  readonly from: string
  readonly name?: string
  readonly judged: Judgement
  /** What was expected and is not so. */
  readonly unmet: readonly string[]
}

/** Says of each case what the rules do and why. True when every file could be read and every expectation is met. */
export async function testRules(
  files: readonly string[],
  configFile: string,
  env: Environment,
  { json, out, since }: RulesOutput & { readonly since?: string }
): Promise<boolean> {
  if (files.length === 0 && since === undefined)
    throw new ConfigError('rules test', ['name files with alarms, or --since for those that are stored'])
  if (since !== undefined && !/^[1-9][0-9]{0,4}[hdwy]$/.test(since))
    throw new ConfigError('rules test', ['--since must be like 12h, 7d or 6w'])
  const config = loadConfig(configFile, env)
  const nowMs = Date.now()
  const judge = createJudge(config, nowMs)
  const tested = files.flatMap(readCases).map((read): Tested => {
    if ('mistakes' in read) return { from: read.from, judged: read, unmet: [] }
    const judged = judge(read.case)
    const { name } = read.case
    return { from: read.from, judged, unmet: unmetOf(read.case, judged), ...(name === undefined ? {} : { name }) }
  })
  const stored = since === undefined ? [] : await replayStored(config, nowMs - durationMs(since))
  const reminders = remindersOf(config.rules)
  const failed = tested.filter(({ judged, unmet }) => 'mistakes' in judged || unmet.length > 0).length
  if (json)
    out.write(
      `${JSON.stringify({ cases: tested.map(flat), stored: stored.map(flat), reminders, failed }, undefined, 2)}\n`
    )
  else
    out.write(
      [...tested.map(textOf), ...stored.map(lineOf), ...reminders, summaryOf(tested.length, failed, stored)].join('\n')
    )
  return failed === 0
}

function unmetOf({ expect }: RuleCase, judged: Tested['judged']): string[] {
  if (expect === undefined || 'mistakes' in judged) return []
  const { outcome, rule = '', priority, sets } = judged
  const found = { outcome, rule, priority, approval: 'none', method: '', ...sets }
  return unlike(expect, found, '')
}

/** What is given must be so, in groups as well. */
function unlike(wanted: object, found: object, path: string): string[] {
  return Object.entries(wanted).flatMap(([key, value]: [string, unknown]) => {
    const is = (found as Readonly<Record<string, unknown>>)[key]
    if (typeof value === 'object' && value !== null)
      return unlike(value, (is as object | undefined) ?? {}, `${path}${key}.`)
    if (value === is) return []
    const said = is === undefined ? 'is not set' : `is ${JSON.stringify(is)}`
    return [`${path}${key} should be ${JSON.stringify(value)}, ${said}`]
  })
}

function flat<T extends { readonly judged: Tested['judged'] }>({ judged, ...rest }: T): object {
  return { ...rest, ...judged }
}

function textOf({ from, name, judged, unmet }: Tested): string {
  const title = name === undefined ? from : `${from}: ${name}`
  if ('mistakes' in judged) return [`${title}: WRONG`, ...judged.mistakes.map(mistake => `  ${mistake}`)].join('\n')
  const wrong = unmet.map(one => `  NOT AS EXPECTED: ${one}`)
  return [title, ...explained(judged), ...wrong].join('\n')
}

const resultWords = { matched: 'matches', notMatched: 'does not match', failed: 'could not be evaluated' } as const

function explained({ about, outcome, because, tried, priority, sets = {} }: Judged): string[] {
  const more = [
    ...Object.entries(sets).map(([name, value]) => `${name} ${wordsOf(value)}`),
    ...(priority === undefined || outcome === 'leave' ? [] : [`priority ${priority}`])
  ]
  const trials = tried.map(({ rule, result, because: why }) => `    "${rule}" ${resultWords[result]}: ${why}`)
  return [`  ${about}: ${[outcome, ...more].join(', ')} (${because})`, ...trials]
}

function wordsOf(value: string | object): string {
  if (typeof value === 'string') return value
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${name}: ${one}`)
    .join(', ')} }`
}

function lineOf({ atMs, then, judged }: Replayed): string {
  const at = new Date(atMs).toISOString().slice(0, 19)
  if ('mistakes' in judged) return `${at}Z was ${then}; now not known: ${judged.about}: ${judged.mistakes.join('; ')}`
  return `${at}Z was ${then}; now ${judged.outcome}: ${judged.about} (${judged.because})`
}

function summaryOf(cases: number, failed: number, stored: readonly Replayed[]): string {
  const unknown = stored.filter(({ judged }) => 'mistakes' in judged).length
  const parts = [
    ...(cases === 0 ? [] : [`${cases === 1 ? '1 case' : `${cases} cases`}, ${failed} of them wrong`]),
    ...(stored.length === 0 && cases > 0 ? [] : [`${stored.length} stored signals, ${unknown} of them not known`])
  ]
  return `${parts.join('; ')}\n`
}
