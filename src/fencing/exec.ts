import { FencingError } from '../errors.ts'
import { runProgram } from '../run-program.ts'
import type { FenceAgent, FencingDeps } from './agent.ts'
import { failureOf, type Status, statusOf } from './exec/answer.ts'
import { createTurns } from './in-turn.ts'

export interface ExecOptions {
  readonly type: 'exec'
  /** A program by its full path, and its arguments. */
  readonly command: readonly string[]
  /** Given to it; blotted out in what we write. */
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
  readonly settleSeconds: number
  readonly hosts: Readonly<
    Record<string, { readonly identity?: string; readonly environment?: Readonly<Record<string, string>> }>
  >
}

type Verb = 'status' | 'off'

/** Shorter ones would blot out half of every message, and are no secrets. */
const secretMin = 4

/** Power by the operator's own command; its contract is in docs/safety.md. `name` is the agent's name in the configuration. */
export function createExec(name: string, options: ExecOptions, { clock, log, path }: FencingDeps): FenceAgent {
  const inTurn = createTurns()
  const [file = '', ...args] = options.command
  const timeoutMs = options.timeoutSeconds * 1000

  const ownOf = (host: string) => ({ ...options.environment, ...options.hosts[host]?.environment })
  const blotterOf = (host: string) => blotter(Object.values(ownOf(host)))

  async function call(host: string, verb: Verb, signal: AbortSignal | undefined): Promise<string> {
    const own = ownOf(host)
    const ran = await runProgram({
      file,
      args: [...args, verb],
      env: {
        ...{ PATH: path, LC_ALL: 'C', ...own },
        ...{ SWITCHOVER_HOST: host, SWITCHOVER_VERB: verb, SWITCHOVER_AGENT: name },
        SWITCHOVER_TIMEOUT_SECONDS: String(options.timeoutSeconds)
      },
      timeoutMs,
      signal
    })
    const failure = failureOf(host, verb, ran, blotterOf(host))
    if (failure !== undefined) throw failure
    return ran.ended === 'exited' ? ran.stdout : ''
  }

  async function look(host: string, signal: AbortSignal | undefined): Promise<Status> {
    const blot = blotterOf(host)
    const status = statusOf(host, await call(host, 'status', signal), blot)
    const wanted = options.hosts[host]?.identity
    if (wanted !== undefined && wanted === status.identity) return status
    const identity = status.identity === undefined ? undefined : blot(status.identity)
    if (wanted === undefined) return { ...status, ...(identity === undefined ? {} : { identity }) }
    const told = identity === undefined ? 'tells no identity' : `is that of ${identity}`
    throw new FencingError('identity', `${host}: its command ${told}, not ${wanted}`)
  }

  return {
    // Before the command itself comes a look, where an identity is to be checked.
    settleMs: 2 * timeoutMs + options.settleSeconds * 1000,

    async read(host, signal) {
      return await inTurn(host, async () => {
        const atMs = clock.now()
        return { agent: name, method: 'exec' as const, atMs, ...(await look(host, signal)) }
      })
    },

    async powerOff(host, caller) {
      const limit = AbortSignal.timeout(2 * timeoutMs)
      const signal = caller === undefined ? limit : AbortSignal.any([caller, limit])
      await inTurn(host, async () => {
        if (options.hosts[host]?.identity !== undefined) await look(host, signal)
        await call(host, 'off', signal)
        log.info({ agent: name, host }, 'power-off sent')
      })
    },

    async close() {}
  }
}

/** The longest first: one that is part of another would leave the rest of it. */
function blotter(secrets: readonly string[]): (text: string) => string {
  const long = secrets
    .map(secret => secret.trim())
    .filter(secret => secret.length >= secretMin)
    .toSorted((a, b) => b.length - a.length)
  return text => long.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}
