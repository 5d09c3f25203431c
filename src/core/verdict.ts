import type { Host } from './inventory.ts'

export type Verdict = 'dead' | 'isolated' | 'compute-down' | 'degraded' | 'healthy' | 'unknown'

/** One source's word at one moment. */
export interface Observation {
  readonly source: string
  /** `alive` and `down` are positive findings; what could not be learnt is `unknown`, never a vote for death. */
  readonly says: 'alive' | 'down' | 'silent' | 'unknown'
  readonly detail: string
}

export interface Evidence {
  readonly verdict: Verdict
  /** One sentence that an operator understands. */
  readonly because: string
  readonly observations: readonly Observation[]
  readonly atMs: number
}

/** Nova's view of the host, at one moment of Nova's clock. */
export interface NovaView {
  /** undefined: Nova could not be read, or it does not list the host. */
  readonly host: Host | undefined
  readonly atMs: number
  /** How often its report moved on since we began to look. */
  readonly reportsSeen: number
  readonly error?: string
}

export interface VerdictQuestion {
  readonly nova: NovaView
  readonly alive: readonly Observation[]
  /** A source that can't be asked now, and answered less than `downMs` ago. */
  readonly answered?: string | undefined
  readonly downMs: number
}

/** nova-compute reports each 10 s unless the site says otherwise: after a younger report none is missing. */
export const reportMs = 12_000

/** What the sources add up to. Only positive findings count: what is missing makes it `unknown`. */
export function judge({ nova, alive, answered, downMs }: VerdictQuestion): Omit<Evidence, 'atMs'> {
  const observation = novaObservation(nova, downMs)
  const observations = [observation, ...alive]
  const [verdict, because] = weigh(observation, alive, answered)
  return { verdict, because, observations }
}

function weigh(nova: Observation, alive: readonly Observation[], answered?: string): [Verdict, string] {
  if (nova.says === 'alive') return ['healthy', nova.detail]
  if (nova.says !== 'down') return ['unknown', nova.detail]
  const living = alive.find(observation => observation.says === 'alive')
  if (living !== undefined) {
    return [
      'compute-down',
      `${nova.detail}, but ${living.source} answers (${living.detail}): only nova-compute is down`
    ]
  }
  if (answered !== undefined) return ['unknown', `${nova.detail}, but ${answered} answered when it was last asked`]
  // An alive source that could not be asked says nothing; if all are so we know no more than Nova does, and
  // the proof of the fence still stands between this verdict and the first move.
  const silent = alive.filter(observation => observation.says === 'silent').map(observation => observation.source)
  return ['dead', silent.length === 0 ? nova.detail : `${nova.detail}, and ${silent.join(', ')} is silent`]
}

/** Ages are reckoned by Nova's own clock. Under a force-down `state` stays down: life shows in reports that move on. */
function novaObservation({ host, atMs, reportsSeen, error }: NovaView, downMs: number): Observation {
  const source = 'nova'
  if (error !== undefined) return { source, says: 'unknown', detail: `Nova can't be read: ${error}` }
  if (host === undefined) return { source, says: 'unknown', detail: 'Nova lists no such nova-compute' }
  if (host.state === 'unknown') return { source, says: 'unknown', detail: "the host's cell can't be read" }
  const reported = host.reportedAtMs
  if (reported === undefined) return { source, says: 'unknown', detail: 'nova-compute has never reported' }
  const age = Math.max(0, atMs - reported)
  const ageText = `its last report is ${Math.round(age / 1000)} s old`
  // Each change of the service by anybody moves the date, too, and one that was taken back at once is not seen as such.
  const movedOn = reportsSeen >= 2 && (host.forcedDown || host.state === 'up')
  // A host that lives looks silent between two of its reports, whatever the site asks for.
  const freshMs = Math.max(downMs, reportMs)
  if (movedOn && age < freshMs) return { source, says: 'alive', detail: `nova-compute reports again: ${ageText}` }
  if (host.state === 'up' && !host.forcedDown)
    return { source, says: 'unknown', detail: `Nova still calls it up; ${ageText}` }
  // Under a force-down `state` says nothing, and the age alone tells.
  const neededMs = host.forcedDown ? freshMs : downMs
  if (age < neededMs)
    return { source, says: 'unknown', detail: `${ageText}; ${Math.round(neededMs / 1000)} s are asked for` }
  return { source, says: 'down', detail: `nova-compute is down: ${ageText}` }
}
