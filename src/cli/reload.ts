import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Environment } from '../config/read-yaml.ts'
import { type Config, loadConfig } from '../config.ts'
import { agentsAsked } from '../core/off-claim.ts'
import { ConfigError, messageOf } from '../errors.ts'
import type { ConfigurationState } from '../http/routes/health.ts'

export interface Reload {
  /** Reads the file again and hands it to `apply`; a file that is wrong changes nothing. Never rejects. */
  now(apply: Apply): Promise<void>
  state(): ConfigurationState
}

/** Segments that act, or only observe, from now on and did not before. */
export interface ArmingTurn {
  readonly armed: readonly string[]
  readonly observing: readonly string[]
}

/** By the names of those that were armed before and are after. */
export function turnOf(before: readonly string[], after: readonly string[], { segments }: Config): ArmingTurn {
  const stay = before.filter(name => segments.some(segment => segment.name === name))
  return {
    armed: after.filter(name => !before.includes(name)),
    observing: stay.filter(name => !after.includes(name))
  }
}

type Apply = (config: Config) => Promise<ArmingTurn>

interface Options {
  readonly file: string
  readonly env: Environment
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly clock: Clock
}

type Sections = Readonly<Record<string, readonly (keyof Config)[]>>

/** What is made once, at the start, by the name of its section in the file. docs/rules.md says the same. */
export const madeAtStart = {
  listen: ['listen'],
  store: ['storeUrl'],
  cloud: ['cloud'],
  auth: ['auth'],
  intake: ['hostEventTypes'],
  fencing: ['fencing'],
  lease: ['leaseMs', 'leaseByKeystone'],
  poll: ['poll'],
  rehearse: ['rehearsal'],
  retention: ['retention'],
  notify: ['notify'],
  metrics: ['metricsOpen'],
  log: ['logLevel']
} as const satisfies Sections

/** What counts at once. */
const madeAnew = {
  armed: ['armed'],
  segments: ['segments'],
  limits: ['limits'],
  guards: ['guards'],
  alarms: ['alarms']
} as const satisfies Sections

/** The configuration of a service that runs: what of a changed file counts at once, and what waits for a restart. */
export function createReload(started: Config, { file, env, log, clock }: Options): Reload {
  let state: ConfigurationState = { loadedAtMs: clock.now(), needsRestart: [] }
  let running: Promise<void> = Promise.resolve()
  let loaded = started

  async function load(apply: Apply): Promise<void> {
    try {
      const config = loadConfig(file, env)
      const needsRestart = changedSections(started, config, madeAtStart)
      refuseNewAgents(file, started, config)
      const { armed, observing } = await apply(config)
      const changed = changesBetween(loaded, config)
      loaded = config
      state = { loadedAtMs: clock.now(), needsRestart }
      log.info({ file, ...changed }, 'configuration loaded anew; open recoveries keep what was frozen into them')
      if (armed.length > 0)
        log.warn({ segments: armed }, 'armed by the new configuration: what was held only for this goes on')
      if (observing.length > 0) log.warn({ segments: observing }, 'only observing by the new configuration')
      if (needsRestart.length > 0)
        log.warn({ sections: needsRestart }, 'these sections changed and count after a restart')
    } catch (error) {
      const mistakes = error instanceof ConfigError ? error.mistakes : [messageOf(error)]
      state = { ...state, failed: { atMs: clock.now(), mistakes: [...mistakes] } }
      log.error({ file, mistakes }, 'configuration not loaded: the old one stays')
    }
  }

  return {
    state: () => state,
    now(apply) {
      // One after the other, so that the last word is that of the newest file.
      running = running.then(async () => await load(apply))
      return running
    }
  }
}

/** Names only: a line in the log must not show a secret. */
function changesBetween(before: Config, after: Config): Readonly<Record<string, readonly string[]>> {
  const [old, young] = [before.segments, after.segments].map(list => list.map(({ name }) => name)) as [
    string[],
    string[]
  ]
  const lists = {
    changed: [
      ...changedSections(before, after, { ...madeAnew, ...madeAtStart }),
      ...(isDeepStrictEqual(before.rules.from, after.rules.from) ? [] : ['rules'])
    ],
    newSegments: young.filter(name => !old.includes(name)),
    goneSegments: old.filter(name => !young.includes(name))
  }
  return Object.fromEntries(Object.entries(lists).filter(([key, names]) => key === 'changed' || names.length > 0))
}

function changedSections(before: Config, after: Config, sections: Sections): string[] {
  return Object.entries(sections).flatMap(([section, keys]) =>
    keys.every(key => isDeepStrictEqual(before[key], after[key])) ? [] : section
  )
}

/** A ladder whose agent does not run would fence nobody. */
function refuseNewAgents(file: string, started: Config, config: Config): void {
  const mistakes = config.segments.flatMap(segment =>
    agentsAsked(segment)
      .filter(agent => started.fencing[agent] === undefined)
      .map(agent => `segment ${segment.name}: fencing.${agent} is new: restart, for agents are made at the start`)
  )
  if (mistakes.length > 0) throw new ConfigError(file, mistakes)
}
