import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Environment } from '../config/read-yaml.ts'
import { type Config, loadConfig } from '../config.ts'
import { agentsOf } from '../core/ladder.ts'
import { ConfigError, messageOf } from '../errors.ts'
import type { ConfigurationState } from '../http/routes/health.ts'

export interface Reload {
  /** Reads the file again and hands it to `apply`; a file that is wrong changes nothing. Never rejects. */
  now(apply: (config: Config) => Promise<void>): Promise<void>
  state(): ConfigurationState
}

interface Options {
  readonly file: string
  readonly env: Environment
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly clock: Clock
}

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
} as const satisfies Readonly<Record<string, readonly (keyof Config)[]>>

/** The configuration of a service that runs: what of a changed file counts at once, and what waits for a restart. */
export function createReload(started: Config, { file, env, log, clock }: Options): Reload {
  let state: ConfigurationState = { loadedAtMs: clock.now(), needsRestart: [] }
  let running: Promise<void> = Promise.resolve()

  async function load(apply: (config: Config) => Promise<void>): Promise<void> {
    try {
      const config = loadConfig(file, env)
      const needsRestart = changedSections(started, config)
      refuseNewAgents(file, started, config)
      await apply(config)
      state = { loadedAtMs: clock.now(), needsRestart }
      log.info({ file }, 'configuration loaded anew; open recoveries keep what was frozen into them')
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

function changedSections(before: Config, after: Config): string[] {
  return Object.entries(madeAtStart).flatMap(([section, keys]) =>
    keys.every(key => isDeepStrictEqual(before[key], after[key])) ? [] : section
  )
}

/** A ladder whose agent does not run would fence nobody. */
function refuseNewAgents(file: string, started: Config, config: Config): void {
  const mistakes = config.segments.flatMap(({ name, fencing, power }) =>
    [...agentsOf(fencing), ...(power === undefined ? [] : [power.agent])]
      .filter(agent => started.fencing[agent] === undefined)
      .map(agent => `segment ${name}: fencing.${agent} is new: restart, for agents are made at the start`)
  )
  if (mistakes.length > 0) throw new ConfigError(file, mistakes)
}
