import { exec } from 'node:child_process'
import { promisify } from 'node:util'
import { ConfigError, messageOf } from '../../errors.ts'

const run = promisify(exec)
const publishMs = 30_000

/** Runs the operator's command that publishes an event about `host`. Throws ConfigError when it fails. */
export async function publish(command: string, host: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await run(command.replaceAll('{host}', host), { timeout: publishMs, ...(signal === undefined ? {} : { signal }) })
  } catch (error) {
    throw new ConfigError('alarms test', [`--publish: ${messageOf(error).trim()}`])
  }
}
