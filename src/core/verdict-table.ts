import type { Observation } from './observation.ts'
import type { Findings, Verdict, Weighed } from './verdict.ts'

/** A row of the verdict table: where every finding is one of those that it names. */
export interface VerdictRow {
  readonly when: { readonly [finding in keyof Findings]?: readonly Findings[finding][] }
  readonly verdict: Verdict
  /** Why, in one sentence that an operator understands. */
  because(weighed: Weighed): string
}

/**
 * The first row that fits decides. A positive sign of life over the network forbids `dead` and `isolated`, one beside it
 * forbids `dead`, and without Nova's or the BMC's positive word nothing is either. docs/safety.md shows this table.
 */
export const verdictTable: readonly VerdictRow[] = [
  {
    when: { nova: ['alive'], alarm: ['stands'], missing: ['yes'] },
    verdict: 'degraded',
    because: weighed => `${novaSays(weighed)}, but ${are(silentOnes(weighed), 'silent')}${doubtOfBmc(weighed)}`
  },
  {
    when: { nova: ['alive'] },
    verdict: 'healthy',
    because: weighed => `${novaSays(weighed)}${doubtOfBmc(weighed)}`
  },
  {
    when: { nova: ['down'], network: ['alive'] },
    verdict: 'compute-down',
    because: weighed =>
      `${novaSays(weighed)}, but ${living(weighed, 'network')}: only nova-compute is down${doubtOfBmc(weighed)}`
  },
  {
    when: { nova: ['down'], network: ['answered'] },
    verdict: 'unknown',
    because: weighed => `${novaSays(weighed)}, but ${weighed.answeredBy} answered when it was last asked`
  },
  {
    when: { network: ['alive', 'answered'] },
    verdict: 'unknown',
    because: novaSays
  },
  {
    when: { nova: ['down'], network: ['silent'], beside: ['alive'], enough: ['yes'] },
    verdict: 'isolated',
    because: weighed => `${caseForDeath(weighed)}, but ${living(weighed, 'beside')}: it runs, cut off from the network`
  },
  {
    when: { beside: ['alive'] },
    verdict: 'unknown',
    because: weighed => `${caseForDeath(weighed)}, but ${living(weighed, 'beside')}${shortOf(weighed)}`
  },
  { when: { nova: ['down'], enough: ['yes'] }, verdict: 'dead', because: caseForDeath },
  { when: { nova: ['silent'], power: ['off'], enough: ['yes'] }, verdict: 'dead', because: caseForDeath },
  { when: { nova: ['down'] }, verdict: 'unknown', because: weighed => `${caseForDeath(weighed)}${shortOf(weighed)}` },
  { when: {}, verdict: 'unknown', because: novaSays }
]

export function rowFor(weighed: Weighed): VerdictRow {
  const row = verdictTable.find(({ when }) => fits(when, weighed))
  if (row === undefined) throw new Error('the last row of the verdict table fits always')
  return row
}

function fits(when: VerdictRow['when'], findings: Findings): boolean {
  const names = Object.keys(when) as (keyof Findings)[]
  return names.every(name => (when[name] as readonly string[]).includes(findings[name]))
}

function novaSays({ observations }: Weighed): string {
  return observations.find(({ way }) => way === 'nova')?.detail ?? 'Nova was not asked'
}

function living({ observations }: Weighed, where: Observation['way']): string {
  const found = observations.find(({ way, says }) => way === where && says === 'alive')
  return `${found?.source} answers (${found?.detail})`
}

function silentOnes({ observations }: Weighed): string[] {
  return observations.filter(({ says, way }) => says === 'silent' && way !== 'nova').map(({ source }) => source)
}

/** All that speaks for its death: "nova-compute is down: …, and ssh:22 is silent". */
function caseForDeath(weighed: Weighed): string {
  const silent = silentOnes(weighed)
  const parts = [
    novaSays(weighed),
    ...(silent.length === 0 ? [] : [are(silent, 'silent')]),
    ...(weighed.power === 'off' ? ['its BMC says that it is off'] : [])
  ]
  return parts.length === 1 ? parts.join('') : `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`
}

function shortOf(weighed: Weighed): string {
  const { enough, votes, sourcesMin } = weighed
  if (enough === 'yes') return ''
  const mute = muteOnes(weighed)
  const others = mute.length === 0 ? '' : `, and not ${mute.join(', nor ')}`
  return `; ${votes} of the ${sourcesMin} independent sources that are asked for speak for its death${others}`
}

/** Those that could speak for its death and tell nothing. All that is asked over the network is one voice. */
function muteOnes({ observations, network }: Weighed): string[] {
  return observations.flatMap(({ way, says, source, detail }) => {
    const isVoice = way === 'beside' || way === 'power' || (way === 'network' && network !== 'silent')
    return isVoice && says === 'unknown' ? [`${source} (${detail})`] : []
  })
}

function doubtOfBmc({ power }: Weighed): string {
  return power === 'off' ? '. Its BMC says that it is off: that may be the BMC of another machine' : ''
}

function are(names: readonly string[], what: string): string {
  const all = names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return `${all} ${names.length === 1 ? 'is' : 'are'} ${what}`
}
