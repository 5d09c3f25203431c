import { ConfigError, messageOf } from '../../errors.ts'
import type { Setting } from './setting.ts'

const askMs = 10_000

/** A signal as the service shows it. */
interface ShownSignal {
  readonly id: string
  readonly source: string
  readonly because: string
  readonly alarm?: { readonly name?: string }
}

/** The signal that the test alarm of this name became; undefined while it has not arrived. Throws ConfigError. */
export async function arrivalOf(setting: Setting, host: string, name: string): Promise<ShownSignal | undefined> {
  const signals = await signalsOf(setting, host)
  return signals.find(({ source, alarm }) => source === 'test' && alarm?.name === name)
}

/** The newest of a host, as the running service tells them: its store may be a file that nobody else can open. */
async function signalsOf({ config, alarms }: Setting, host: string): Promise<readonly ShownSignal[]> {
  const { tokens } = config.auth.operators
  const token = tokens.find(({ role }) => role === 'viewer') ?? tokens[0]
  if (token === undefined)
    throw new ConfigError('alarms test', ['auth.operators: has no token to ask the service with'])
  const url = `${alarms.url.replace(/\/+$/, '')}/v1/signals?limit=50&host=${encodeURIComponent(host)}`
  const headers = { authorization: `Bearer ${token.secret}` }
  const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(askMs) }).catch(
    (error: unknown) => {
      const cause = Error.isError(error) && error.cause !== undefined ? ` (${messageOf(error.cause)})` : ''
      throw new ConfigError('alarms test', [
        `the service at ${alarms.url} does not answer: ${messageOf(error)}${cause}`
      ])
    }
  )
  const body: unknown = await answer.json().catch(() => undefined)
  if (answer.ok && typeof body === 'object' && body !== null && 'items' in body && Array.isArray(body.items))
    return body.items as ShownSignal[]
  throw new ConfigError('alarms test', [
    `alarms.url: what answers at ${alarms.url} is no Switchover that knows ${token.name} (${answer.status})`
  ])
}
