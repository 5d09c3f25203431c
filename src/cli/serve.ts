import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'
import { systemClock } from '../clock.ts'
import type { Environment } from '../config/read-yaml.ts'
import { type Config, loadConfig } from '../config.ts'
import { compose } from './compose.ts'
import { listen } from './listen.ts'
import { createLogger } from './logger.ts'
import { createReload } from './reload.ts'

/** Most deeds in hand (a power-off, a request to Nova) end within this; what does not is looked up by the next start. */
const stopLimitMs = 10_000
const killAfterMs = 20_000

/**
 * Serves until SIGTERM or SIGINT; SIGHUP reads the configuration again. Resolves once it listens. Throws ConfigError when it can't start as configured.
 * A mistake of our own ends the process with status 1: whoever restarts it resumes from what is written down.
 */
export async function serve(file: string, env: Environment, version: string): Promise<void> {
  const onHangup = listenForHangup()
  const config = loadConfig(file, env)
  const log = createLogger(config.logLevel)
  const reload = createReload(config, { file, env, log, clock: systemClock })
  const switchover = await compose(config, env, log, version, reload.state)
  try {
    await listen(switchover.app, config.listen)
  } catch (error) {
    await switchover.stop(0)
    throw error
  }
  closeWithGrace(
    { delay: killAfterMs, logger: graceLog(log), skip: ['beforeExit', 'SIGHUP'] },
    async ({ signal, err }) => {
      if (err === undefined) log.info({ signal }, 'stopping')
      else log.fatal({ err }, 'stopping because of our own mistake')
      await switchover.stop(stopLimitMs)
      log.info({}, 'stopped')
    }
  )
  onHangup(() => void reload.now(switchover.apply))
  sayStart(config, log, version, await switchover.armedSegments())
  // It ends when the service does. A failure becomes an unhandled rejection on purpose: that stops the process as above.
  void switchover.run()
}

/** From the first moment on, for without a listener SIGHUP ends the process. One that came early is obeyed once it is known how. */
function listenForHangup(): (obey: () => void) => void {
  let isAsked = false
  let act = (): void => {
    isAsked = true
  }
  process.on('SIGHUP', () => act())
  return obey => {
    act = obey
    if (isAsked) obey()
  }
}

function sayStart(config: Config, log: Logger, version: string, armed: readonly string[]): void {
  const { segments, listen: at, auth } = config
  const modes = Object.fromEntries(segments.map(({ name }) => [name, armed.includes(name) ? 'armed' : 'observing']))
  log.info({ version, listen: at, segments: modes }, 'switchover started')
  for (const { name, fencing } of segments) {
    if (fencing === 'waived')
      log.warn({ segment: name }, 'fencing is waived: servers are moved off hosts that nobody proved off')
  }
  if (!auth.operators.tokens.some(token => token.role === 'operator'))
    log.warn({}, 'no token may act as operator: nobody can approve, vouch or cancel')
}

/** The library logs plain sentences. */
function graceLog(log: Logger): { error(message?: unknown): void } {
  return { error: message => log.error({ err: message }, 'while stopping') }
}
