import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Observation } from '../../src/core/observation.ts'
import type { Findings, Verdict, VerdictQuestion } from '../../src/core/verdict.ts'
import { judge, weigh } from '../../src/core/verdict.ts'
import { verdictTable } from '../../src/core/verdict-table.ts'
import { nowMs } from './builders.ts'
import { tableOfVerdicts } from './verdict-docs.ts'

function heard(source: string, way: Observation['way'], says: Observation['says']): Observation {
  return { source, way, says, detail: `${source} says ${says}`, atMs: nowMs }
}

const values: { readonly [name in keyof Findings]: readonly Findings[name][] } = {
  nova: ['alive', 'down', 'silent', 'unknown'],
  network: ['alive', 'answered', 'silent', 'unknown'],
  beside: ['alive', 'silent', 'unknown'],
  power: ['off', 'unknown'],
  alarm: ['stands', 'none'],
  missing: ['yes', 'no'],
  enough: ['yes', 'no']
}
const names = Object.keys(values) as (keyof Findings)[]

/** Every combination of findings. */
function combinations(): Findings[] {
  let all: Partial<Record<keyof Findings, string>>[] = [{}]
  for (const name of names) all = all.flatMap(one => values[name].map(value => ({ ...one, [name]: value })))
  return all as unknown as Findings[]
}

/** What the sources must say for it; undefined where no question leads there. */
function questionFor(wanted: Findings): VerdictQuestion | undefined {
  const { nova, network, beside, power, alarm, missing, enough } = wanted
  const observations: Observation[] = [
    heard('nova', 'nova', nova),
    heard('ssh:22', 'network', network === 'answered' ? 'unknown' : network),
    heard('exec:storage', 'beside', beside),
    heard('power:bmc', 'power', power === 'off' ? 'down' : 'unknown'),
    heard('signals', 'alarm', alarm === 'stands' ? 'down' : 'note'),
    // One of several is silent.
    ...(missing === 'yes' && network === 'alive' ? [heard('tcp:16509', 'network', 'silent')] : [])
  ]
  const answered = network === 'answered' ? 'ssh:22' : undefined
  for (const sourcesMin of [0, 1, 2, 3, 4, 5]) {
    const question = { observations, answered, sourcesMin }
    const found = weigh(question)
    if (names.every(name => found[name] === wanted[name]) && found.enough === enough) return question
  }
  return undefined
}

const rowOf = (findings: Findings): number =>
  verdictTable.findIndex(({ when }) =>
    Object.entries(when).every(([name, allowed]) => (allowed as string[]).includes(findings[name as keyof Findings]))
  )

// Every row of the table, which docs/safety.md shows, with every combination of findings that leads to it.
test.each(verdictTable.map((row, index) => [index + 1, row.verdict, row] as const))(
  'row %i of the table: %s',
  (number, verdict, row) => {
    const questions = combinations()
      .filter(findings => rowOf(findings) === number - 1)
      .flatMap(findings => questionFor(findings) ?? [])
    expect(questions.length).toBeGreaterThan(0)
    for (const question of questions) {
      const found = judge(question)
      expect(found.verdict).toBe(verdict)
      expect(found.because).toBe(row.because(weigh(question)))
      expect(found.because).not.toContain('undefined')
    }
  }
)

test('docs/safety.md shows the table as it is', () => {
  const docs = readFileSync(new URL('../../docs/safety.md', import.meta.url), 'utf8')
  expect(docs).toContain(tableOfVerdicts())
})

const down = heard('nova', 'nova', 'down')
const quiet = heard('nova', 'nova', 'silent')
const alarm = heard('signals', 'alarm', 'down')
const off = heard('power:bmc', 'power', 'down')
const ssh = (says: Observation['says']) => heard('ssh:22', 'network', says)
const tcp = (says: Observation['says']) => heard('tcp:16509', 'network', says)
const storage = (says: Observation['says']) => heard('exec:storage', 'beside', says)

test.each<[string, Observation[], Verdict, number?, string?]>([
  ['down, and no other source', [down], 'dead'],
  ['down, and ssh greets', [down, ssh('alive')], 'compute-down'],
  ['down, ssh silent, and another port is open', [down, ssh('silent'), tcp('alive')], 'compute-down'],
  [
    'down, and ssh can not be asked any more, which answered a moment ago',
    [down, ssh('unknown')],
    'unknown',
    1,
    'ssh:22'
  ],
  ['down, and ssh can not be asked', [down, ssh('unknown')], 'dead'],
  ['down, and ssh is silent', [down, ssh('silent')], 'dead'],
  [
    'Nova knows nothing, and all else is silent',
    [heard('nova', 'nova', 'unknown'), ssh('silent'), storage('silent'), off],
    'unknown'
  ],
  ['cut off: the storage hears it', [down, ssh('silent'), storage('alive')], 'isolated'],
  ['the storage hears it, and nobody asked over the network', [down, storage('alive')], 'unknown'],
  ['the storage hears it no more', [down, ssh('silent'), storage('silent')], 'dead'],
  ['the storage can not be asked', [down, ssh('silent'), storage('unknown')], 'dead'],
  ['Nova still calls it up, but its BMC says off', [quiet, ssh('silent'), off], 'dead'],
  ['Nova still calls it up, and ssh is silent', [quiet, ssh('silent')], 'unknown'],
  ['its BMC says off, and it answers', [down, ssh('alive'), off], 'compute-down'],
  ['it reports, and its BMC says off', [heard('nova', 'nova', 'alive'), off], 'healthy'],
  [
    'it reports, an alarm stands, and the storage is silent',
    [heard('nova', 'nova', 'alive'), alarm, storage('silent')],
    'degraded'
  ],
  [
    'it reports, the alarm went, and the storage is silent',
    [heard('nova', 'nova', 'alive'), storage('silent')],
    'healthy'
  ],
  ['two sources are asked for, and Nova alone speaks', [down, ssh('unknown'), alarm], 'unknown', 2],
  ['two are asked for, and two speak', [down, ssh('silent')], 'dead', 2],
  ['three are asked for: what comes over the network is one', [down, ssh('silent'), tcp('silent')], 'unknown', 3],
  ['three are asked for, the BMC is the third', [down, ssh('silent'), tcp('silent'), off], 'dead', 3],
  ['cut off, but too few sources say so', [down, ssh('silent'), storage('alive')], 'unknown', 3]
])('%s', (_, observations, verdict, sourcesMin = 1, answered = undefined) => {
  expect(judge({ observations, answered, sourcesMin }).verdict).toBe(verdict)
})

test('an operator reads why', () => {
  const because = (observations: Observation[], sourcesMin = 1): string => judge({ observations, sourcesMin }).because
  expect(because([down])).toBe('nova says down')
  expect(because([down, ssh('silent')])).toBe('nova says down, and ssh:22 is silent')
  expect(because([down, ssh('silent'), storage('silent'), off])).toBe(
    'nova says down, ssh:22 and exec:storage are silent, and its BMC says that it is off'
  )
  expect(because([down, ssh('silent'), storage('alive')])).toBe(
    'nova says down, and ssh:22 is silent, but exec:storage answers (exec:storage says alive): it runs, cut off from the network'
  )
  expect(because([down, ssh('unknown')], 2)).toBe(
    'nova says down; 1 of the 2 independent sources that are asked for speak for its death, and not ssh:22 (ssh:22 says unknown)'
  )
  expect(because([down, ssh('silent'), tcp('unknown')], 3)).toMatch(/asked for speak for its death$/)
})

const words = fc.constantFrom<Observation['says'][]>('alive', 'down', 'silent', 'unknown')
const mixtures = fc.record({
  observations: fc
    .tuple(words, fc.array(words, { maxLength: 3 }), fc.array(words, { maxLength: 2 }), words, fc.boolean())
    .map(([nova, network, beside, power, stands]) => [
      heard('nova', 'nova', nova),
      ...network.map((says, index) => heard(`tcp:${index}`, 'network', says === 'down' ? 'silent' : says)),
      ...beside.map((says, index) => heard(`exec:${index}`, 'beside', says === 'down' ? 'silent' : says)),
      heard('power:bmc', 'power', power === 'down' ? 'down' : 'unknown'),
      heard('signals', 'alarm', stands ? 'down' : 'note')
    ]),
  answered: fc.option(fc.constant('tcp:0'), { nil: undefined }),
  sourcesMin: fc.integer({ min: 1, max: 5 })
})

const isDeadly = (verdict: Verdict): boolean => verdict === 'dead' || verdict === 'isolated'
const runs = { numRuns: 5000 }

test('nothing that is heard of the host itself ever makes it dead, nor, over the network, isolated', () => {
  fc.assert(
    fc.property(mixtures, question => {
      const { verdict } = judge(question)
      const living = question.observations.filter(one => one.says === 'alive')
      if (living.length > 0) expect(verdict).not.toBe('dead')
      if (living.some(one => one.way !== 'beside')) expect(isDeadly(verdict)).toBe(false)
    }),
    runs
  )
})

test('what is lost, or could not be learnt, never makes the verdict more deadly; only a sign of life does by its absence', () => {
  fc.assert(
    fc.property(mixtures, fc.nat(10), (question, at) => {
      const { observations } = question
      const index = at % observations.length
      if (observations[index]?.says === 'alive') return
      const without = observations.filter((_, other) => other !== index)
      const unknown = observations.map((one, other) => (other === index ? { ...one, says: 'unknown' as const } : one))
      if (isDeadly(judge(question).verdict)) return
      expect(isDeadly(judge({ ...question, observations: without }).verdict)).toBe(false)
      expect(isDeadly(judge({ ...question, observations: unknown }).verdict)).toBe(false)
    }),
    runs
  )
})

test('a fence needs the positive word of Nova or of the BMC, and as many independent sources as are asked for', () => {
  fc.assert(
    fc.property(mixtures, question => {
      if (!isDeadly(judge(question).verdict)) return
      const says = (way: Observation['way'], word: string) =>
        question.observations.some(one => one.way === way && one.says === word)
      expect(says('nova', 'down') || (says('nova', 'silent') && says('power', 'down'))).toBe(true)
      expect(weigh(question).votes).toBeGreaterThanOrEqual(question.sourcesMin)
    }),
    runs
  )
})

test('to ask for more sources never makes the verdict more deadly', () => {
  fc.assert(
    fc.property(mixtures, question => {
      if (isDeadly(judge(question).verdict)) return
      expect(isDeadly(judge({ ...question, sourcesMin: question.sourcesMin + 1 }).verdict)).toBe(false)
    }),
    runs
  )
})

test('the order in which the sources answer does not matter', () => {
  fc.assert(
    fc.property(mixtures, question => {
      const turned = { ...question, observations: question.observations.toReversed() }
      expect(judge(turned).verdict).toBe(judge(question).verdict)
    }),
    runs
  )
})
