import type { Observation } from './observation.ts'
import { rowFor } from './verdict-table.ts'

export type Verdict = 'dead' | 'isolated' | 'compute-down' | 'degraded' | 'healthy' | 'unknown'

export interface Evidence {
  readonly verdict: Verdict
  /** One sentence that an operator understands. */
  readonly because: string
  readonly observations: readonly Observation[]
  readonly atMs: number
}

export interface VerdictQuestion {
  readonly observations: readonly Observation[]
  /** A sign of life that can't be asked now, and was heard less than `downMs` ago. */
  readonly answered?: string | undefined
  /** So many independent sources must speak for the host's death. */
  readonly sourcesMin: number
}

/** What the observations come to in each way: what the table is about. */
export interface Findings {
  readonly nova: 'alive' | 'down' | 'silent' | 'unknown'
  /** `answered`: it can't be asked now, and was heard a moment ago. */
  readonly network: 'alive' | 'answered' | 'silent' | 'unknown'
  readonly beside: 'alive' | 'silent' | 'unknown'
  readonly power: 'off' | 'unknown'
  /** A signal stands that no `ok` took back. */
  readonly alarm: 'stands' | 'none'
  /** A sign of life that was asked for did not come. */
  readonly missing: 'yes' | 'no'
  readonly enough: 'yes' | 'no'
}

/** The findings with what is told of them. */
export interface Weighed extends Findings {
  readonly observations: readonly Observation[]
  readonly answeredBy: string | undefined
  /** Independent sources that speak for its death. */
  readonly votes: number
  readonly sourcesMin: number
}

/** Weighs what every source says, by the table of verdict-table.ts: the first row that fits. */
export function judge(question: VerdictQuestion): Pick<Evidence, 'verdict' | 'because'> {
  const weighed = weigh(question)
  const row = rowFor(weighed)
  return { verdict: row.verdict, because: row.because(weighed) }
}

export function weigh({ observations, answered, sourcesMin }: VerdictQuestion): Weighed {
  const says = (way: Observation['way'], word: Observation['says']): boolean =>
    observations.some(one => one.way === way && one.says === word)
  const signs = (way: 'network' | 'beside') =>
    says(way, 'alive') ? 'alive' : says(way, 'silent') ? 'silent' : 'unknown'
  const network = signs('network') !== 'alive' && answered !== undefined ? 'answered' : signs('network')
  const nova = (['alive', 'down', 'silent'] as const).find(word => says('nova', word)) ?? 'unknown'
  const speaking = observations.filter(one => speaksForDeath(one, network === 'silent'))
  // Whatever comes over the network fails with it; each probe beside the network stands for itself.
  const votes = new Set(speaking.map(one => (one.way === 'beside' ? one.source : one.way))).size
  return {
    nova,
    network,
    beside: signs('beside'),
    power: says('power', 'down') ? 'off' : 'unknown',
    alarm: says('alarm', 'down') ? 'stands' : 'none',
    missing: says('network', 'silent') || says('beside', 'silent') ? 'yes' : 'no',
    enough: votes >= sourcesMin ? 'yes' : 'no',
    observations,
    answeredBy: answered,
    votes,
    sourcesMin
  }
}

/** The alarm is why we look, and does not count: a false one would vote for what it claims. */
function speaksForDeath({ way, says }: Observation, networkIsSilent: boolean): boolean {
  switch (way) {
    case 'nova':
      return says === 'down' || says === 'silent'
    case 'power':
      return says === 'down'
    case 'network':
      return says === 'silent' && networkIsSilent
    case 'beside':
      return says === 'silent'
    default:
      return false
  }
}
