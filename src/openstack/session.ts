import type { Clock, MachineTime } from '../clock.ts'
import { CloudError, messageOf } from '../errors.ts'
import { authBody, type Scope, secretsOf } from './access/auth-body.ts'
import { bases, type Catalog } from './access/catalog.ts'
import { readAgain } from './access/retry.ts'
import { singleFlight, throwIfAborted } from './access/single-flight.ts'
import { timeOf } from './access/times.ts'
import { refusal } from './access/translate.ts'
import type { CloudSettings } from './clouds.ts'
import type { CallLog, Reply, Transport } from './request.ts'

export interface Token {
  readonly id: string
  /** By our clock. */
  readonly expiresAtMs: number
  readonly refreshAtMs: number
  readonly catalog: Catalog
  readonly user: string
  readonly userId: string
  /** Keystone's time when it was made (in whole seconds), and the machine's own then. */
  readonly made: { readonly keystoneMs: number; readonly steadyMs: number; readonly wallMs: number }
  readonly roles: readonly string[]
  /** undefined for a system-scoped or unscoped token. */
  readonly project?: { readonly id: string; readonly name: string }
}

/** Keystone. Throws CloudError: `unauthorized`, `forbidden`, `unreachable`. */
export interface Session {
  /** The token in use; logs in first when there is none or it has ended. */
  token(signal?: AbortSignal): Promise<Token>
  /** A token other than `stale`, which a service answered with 401. */
  renew(stale: Token, signal?: AbortSignal): Promise<Token>
}

const refreshBeforeMs = 120_000
/** Shorter than the calls that wait for it, so that they can say what it was. */
const defaultLoginTimeoutMs = 25_000
/** After wrong credentials: some clouds lock an account that is tried too often. */
const refusedPauseMs = 30_000
const failedPauseMs = 5_000

export function createSession(options: {
  settings: CloudSettings
  transport: Transport
  clock: Clock
  machine: MachineTime
  log: CallLog
  loginTimeoutMs?: number
}): Session {
  const { settings, transport, clock, machine, log, loginTimeoutMs = defaultLoginTimeoutMs } = options
  let token: Token | undefined
  let refused: { error: CloudError; untilMs: number } | undefined
  let quietUntilMs = 0

  const login = singleFlight(async () => {
    if (refused !== undefined && clock.now() < refused.untilMs) throw refused.error
    try {
      token = await logIn(settings, { transport, clock, machine }, loginTimeoutMs)
      refused = undefined
      return token
    } catch (error) {
      if (error instanceof CloudError && error.code === 'unauthorized') {
        refused = { error, untilMs: clock.now() + refusedPauseMs }
      }
      throw error
    }
  })

  /** While the old token still counts nobody waits for the new one, and Keystone may be away for a while. */
  const refreshAside = () => {
    if (clock.now() < quietUntilMs) return
    quietUntilMs = clock.now() + failedPauseMs
    login().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'token not refreshed yet'))
  }

  return {
    async token(signal) {
      const now = clock.now()
      if (token === undefined || now >= token.expiresAtMs) return login(signal)
      if (now >= token.refreshAtMs) refreshAside()
      throwIfAborted(signal)
      return token
    },
    async renew(stale, signal) {
      if (token !== undefined && token !== stale) return token
      return login(signal)
    }
  }
}

/** Throws CloudError, as a session does. */
export async function logIn(
  {
    authUrl,
    credential,
    scope
  }: Pick<CloudSettings, 'authUrl' | 'credential'> & { readonly scope?: Scope | undefined },
  {
    transport,
    clock,
    machine
  }: { readonly transport: Transport; readonly clock: Clock; readonly machine: MachineTime },
  loginTimeoutMs: number
): Promise<Token> {
  const path = '/auth/tokens'
  // Logging in twice does no harm, so it is repeated like a read.
  const reply = await readAgain({ service: 'Keystone', path, timeoutMs: loginTimeoutMs, clock }, timeoutMs =>
    transport.exchange({
      service: 'keystone',
      method: 'POST',
      url: bases.keystone(authUrl) + path,
      headers: { accept: 'application/json' },
      body: authBody(credential, scope),
      timeoutMs,
      isCommand: false,
      secrets: secretsOf(credential)
    })
  )
  if (reply.status === 201) return tokenOf(reply, clock.now(), machine)
  throw refusal({ service: 'Keystone', method: 'POST', path, reply, isCommand: false })
}

interface TokenBody {
  readonly token?: {
    readonly expires_at?: string
    readonly issued_at?: string
    readonly catalog?: Catalog
    readonly user?: { readonly id?: string; readonly name?: string }
    readonly roles?: readonly { readonly name?: string }[]
    readonly project?: { readonly id: string; readonly name: string }
  }
}

function tokenOf(reply: Reply, nowMs: number, machine: MachineTime): Token {
  const id = reply.headers['x-subject-token']
  const token = parse(reply.text)?.token
  const expires = timeOf(token?.expires_at)
  if (typeof id !== 'string' || token === undefined || expires === undefined) {
    throw new CloudError('unreachable', 'Keystone answered a login without a token; is auth_url that of Keystone?')
  }
  // Its life is reckoned by Keystone's own clock, so ours need not agree with it.
  const keystoneMs = reply.dateMs ?? timeOf(token.issued_at) ?? nowMs
  const lifeMs = expires - keystoneMs
  return {
    id,
    expiresAtMs: nowMs + lifeMs,
    refreshAtMs: nowMs + Math.max(lifeMs - refreshBeforeMs, lifeMs / 2),
    catalog: token.catalog ?? [],
    user: token.user?.name ?? '',
    userId: token.user?.id ?? '',
    made: { keystoneMs, steadyMs: machine.steady(), wallMs: machine.wall() },
    roles: (token.roles ?? []).flatMap(role => role.name ?? []),
    ...(token.project === undefined ? {} : { project: { id: token.project.id, name: token.project.name } })
  }
}

function parse(text: string): TokenBody | undefined {
  try {
    return JSON.parse(text) as TokenBody
  } catch {
    return undefined
  }
}
