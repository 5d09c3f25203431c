import { ConfigError } from '../../errors.ts'
import type { SignalView } from '../../schemas/signal.d.ts'
import { createClient } from '../people/client.ts'
import { ServiceError } from '../people/service-error.ts'
import type { Setting } from './setting.ts'

const limits = { connectMs: 5000, answerMs: 10_000, bytesMax: 16 * 1024 * 1024 }

/** The signal that the test alarm of this name became; undefined while it has not arrived. Throws ConfigError. */
export async function arrivalOf(setting: Setting, host: string, name: string): Promise<SignalView | undefined> {
  const signals = await signalsOf(setting, host)
  return signals.find(({ source, alarm }) => source === 'test' && alarm?.name === name)
}

/** The newest of a host, as the running service tells them: its store may be a file that nobody else can open. */
async function signalsOf({ config, alarms }: Setting, host: string): Promise<readonly SignalView[]> {
  const { tokens } = config.auth.operators
  const token = tokens.find(({ role }) => role === 'viewer') ?? tokens[0]
  if (token === undefined)
    throw new ConfigError('alarms test', ['auth.operators: has no token to ask the service with'])
  const access = {
    url: alarms.url.replace(/\/+$/, ''),
    urlFrom: 'alarms.url',
    token: token.secret,
    tokenFrom: token.name
  }
  try {
    const { said } = await createClient(access, limits).get(
      'signals',
      `/v1/signals?limit=50&host=${encodeURIComponent(host)}`
    )
    return said.items
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    throw new ConfigError('alarms test', [error.message])
  }
}
