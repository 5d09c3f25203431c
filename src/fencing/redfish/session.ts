import type { Clock } from '../../clock.ts'
import { FencingError } from '../../errors.ts'
import type { BmcHttp, BmcReply, BmcRequest } from './bmc-http.ts'
import { linkTo } from './bmc-http.ts'

export interface RedfishSession {
  /** Resolves with any answer but 401 and 403; those become a FencingError `refused` when no way in is left. */
  ask(request: BmcRequest): Promise<BmcReply>
  /** Gives the session back, if there is one. BMCs allow few. Never throws. */
  logout(): Promise<void>
}

export interface Credentials {
  readonly user: string
  readonly password: string
}

const sessions = '/redfish/v1/SessionService/Sessions'
/** A refused password is not sent again for so long, or the BMC locks the account. */
const restMs = 30_000
const logoutTimeoutMs = 3_000

/** Logs in to one BMC and stays so: the session at hand, else a new one, else HTTP Basic. Not for use by two at once. */
export function createRedfishSession(
  http: BmcHttp,
  origin: string,
  credentials: Credentials,
  clock: Clock
): RedfishSession {
  let held: { token: string; path: string | undefined } | undefined
  let usesBasic = false
  let restsUntilMs = 0

  async function login(signal: AbortSignal | undefined): Promise<boolean> {
    const json = { UserName: credentials.user, Password: credentials.password }
    const reply = await http.send({ method: 'POST', path: sessions, json, signal })
    const token = reply.header('x-auth-token')
    if (reply.status < 300 && token !== undefined) {
      const location = reply.header('location') ?? reply.body?.['@odata.id']
      held = { token, path: typeof location === 'string' ? linkTo(origin, location).pathname : undefined }
      return true
    }
    // A BMC that is busy or has no session left is asked again next time; one that has none at all is not.
    usesBasic = reply.status >= 400 && reply.status < 500 && reply.status !== 429
    return false
  }

  async function logout(): Promise<void> {
    const old = held
    held = undefined
    if (old?.path === undefined) return
    const headers = { 'x-auth-token': old.token }
    try {
      await http.send({ method: 'DELETE', path: old.path, headers, timeoutMs: logoutTimeoutMs })
    } catch {
      // It ends by itself after the BMC's own time.
    }
  }

  async function askWithToken(request: BmcRequest): Promise<BmcReply | undefined> {
    if (held === undefined) return undefined
    const reply = await http.send({ ...request, headers: { 'x-auth-token': held.token } })
    if (!isRefusal(reply)) return reply
    await logout()
    return undefined
  }

  async function askWithBasic(request: BmcRequest): Promise<BmcReply> {
    const secret = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')
    const reply = await http.send({ ...request, headers: { authorization: `Basic ${secret}` } })
    if (!isRefusal(reply)) return reply
    usesBasic = false
    if (reply.status === 401) restsUntilMs = clock.now() + restMs
    throw new FencingError(
      'refused',
      `${origin} refuses user ${credentials.user} (${reply.status} to ${request.method})`
    )
  }

  return {
    logout,
    async ask(request) {
      if (clock.now() < restsUntilMs) {
        throw new FencingError(
          'refused',
          `${origin} refused user ${credentials.user}; it is asked again after ${restMs / 1000} s`
        )
      }
      const reply = await askWithToken(request)
      if (reply !== undefined) return reply
      if (!usesBasic && (await login(request.signal))) {
        const again = await askWithToken(request)
        if (again !== undefined) return again
      }
      return await askWithBasic(request)
    }
  }
}

function isRefusal(reply: BmcReply): boolean {
  return reply.status === 401 || reply.status === 403
}
