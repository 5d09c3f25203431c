import { randomBytes } from 'node:crypto'
import { CloudError } from '../errors.ts'
import { bases } from './access/catalog.ts'
import { singleFlight } from './access/single-flight.ts'
import { timeOf } from './access/times.ts'
import { refusal } from './access/translate.ts'
import type { Reply } from './request.ts'
import type { Access } from './service.ts'
import { logIn, type Session, type Token } from './session.ts'

/** Ours are told apart by it, from those of people and of other programs. */
const namePrefix = 'switchover-lease-'
/** A second on its way, and one because Keystone's Date, by which a token's end is reckoned, has whole seconds. */
const leftMinMs = 2000
/**
 * Nova hands the token of a command on to Cinder, and that may be long after its end: with a service token beside it Keystone still
 * vouches for it, but not when its credential is gone. No move takes longer than `moveTimeoutSeconds` may say: a day.
 */
const keepMs = 86_400_000
const timeoutMs = 10_000
/** Less than a second of Keystone's Date; clocks that nobody sets stray by far less. */
const strayMaxMs = 500

export interface CredentialRow {
  readonly id: string
  readonly name: string
  readonly expires_at: string | null
  readonly unrestricted?: boolean
}

/**
 * Tokens that end with a lease: each comes from an application credential with an expiry, to which Keystone caps the token
 * (CVE-2022-2447), and which every service checks, also for a token that it has cached. Without it a command that was held up on
 * its way could be obeyed when another replica works already. `leftMs`: what is left of the lease.
 * Throws CloudError: `unreachable` when there is too little left of the lease, `forbidden` when Keystone makes no credentials for us.
 */
export function createLeaseSession(access: Access, leftMs: () => number): Session {
  const { clock } = access
  let token: Token | undefined

  const make = singleFlight(async () => {
    const beganMs = clock.now()
    const own = await timelyToken(access)
    const left = leftMs()
    if (left < leftMinMs)
      throw new CloudError('unreachable', 'too little is left of the lease to send a command under it')
    const secret = randomBytes(24).toString('base64url')
    const made = await createCredential(access, own, secret, left)
    const credential = { kind: 'application-credential', credential: { id: made }, secret } as const
    token = await logIn({ authUrl: access.settings.authUrl, credential }, access, timeoutMs).catch((error: unknown) => {
      throw refusesItsOwn(error) ? tooLate(clock.now() - beganMs, error) : error
    })
    return token
  })

  return {
    async token(signal) {
      const isFresh = token !== undefined && token.expiresAtMs - clock.now() >= leftMinMs
      return token !== undefined && isFresh ? token : await make(signal)
    },
    async renew(stale, signal) {
      return token !== undefined && token !== stale ? token : await make(signal)
    }
  }
}

/** It has just made the credential: only its end can be the reason. */
function refusesItsOwn(error: unknown): boolean {
  return error instanceof CloudError && error.code === 'unauthorized'
}

function tooLate(tookMs: number, cause: unknown): CloudError {
  const took = `${(tookMs / 1000).toFixed(1)} s`
  return new CloudError(
    'unreachable',
    `the lease ended before Keystone had made a token for it, ${took} after it was asked: nothing was sent. ` +
      'Make lease.seconds longer, or Keystone faster',
    { cause }
  )
}

/**
 * Our own token, whose login tells Keystone's time now. That needs a clock of ours which went on evenly since then: where the
 * machine's two differ it was suspended, or its clock was set, and a new login tells the time anew.
 */
async function timelyToken({ session, machine }: Access, signal?: AbortSignal): Promise<Token> {
  const own = await session.token(signal)
  const { steadyMs, wallMs } = own.made
  const strayedMs = machine.wall() - wallMs - (machine.steady() - steadyMs)
  return Math.abs(strayedMs) < strayMaxMs ? own : await session.renew(own, signal)
}

/** Its Date has whole seconds, so that what is reckoned from it is rather too early. */
function keystoneNowMs({ made }: Token, { machine }: Access): number {
  return made.keystoneMs + machine.steady() - made.steadyMs
}

/** Keystone counts by its own clock. */
async function createCredential(access: Access, own: Token, secret: string, left: number): Promise<string> {
  const expires = new Date(keystoneNowMs(own, access) + left).toISOString().replace('Z', '')
  const body = {
    application_credential: {
      name: namePrefix + randomBytes(9).toString('base64url'),
      description: 'Ends with the right to drive a recovery; removed when it has ended.',
      secret,
      expires_at: expires,
      unrestricted: false
    }
  }
  const reply = await exchange(access, own, 'POST', pathOf(own), { body, secrets: [secret] })
  const made = parse<{ application_credential?: { id?: string } }>(reply)?.application_credential?.id
  if (made === undefined) throw new CloudError('unreachable', 'Keystone made an application credential without an id')
  return made
}

/** All of our user. Throws CloudError. */
export async function readCredentials(access: Access, signal?: AbortSignal): Promise<readonly CredentialRow[]> {
  const own = await access.session.token(signal)
  const reply = await exchange(access, own, 'GET', pathOf(own), { signal })
  return parse<{ application_credentials?: readonly CredentialRow[] }>(reply)?.application_credentials ?? []
}

/** Removes those of ours that nobody needs any more; Keystone keeps them. Throws CloudError. */
export async function tidyCredentials(access: Access, signal?: AbortSignal): Promise<number> {
  const own = await timelyToken(access, signal)
  const rows = await readCredentials(access, signal)
  const nowMs = keystoneNowMs(own, access)
  const ended = rows.filter(({ name, expires_at: at }) => {
    return name.startsWith(namePrefix) && (timeOf(at ?? undefined) ?? Number.POSITIVE_INFINITY) < nowMs - keepMs
  })
  for (const { id } of ended) await exchange(access, own, 'DELETE', `${pathOf(own)}/${id}`, { signal })
  return ended.length
}

function pathOf({ userId }: Token): string {
  return `/users/${userId}/application_credentials`
}

async function exchange(
  { settings, transport }: Access,
  own: Token,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  { body, secrets = [], signal }: { body?: object; secrets?: readonly string[]; signal?: AbortSignal | undefined }
): Promise<Reply> {
  const reply = await transport.exchange({
    service: 'keystone',
    method,
    url: bases.keystone(settings.authUrl) + path,
    headers: { accept: 'application/json', 'x-auth-token': own.id },
    ...(body === undefined ? {} : { body }),
    timeoutMs,
    signal,
    isCommand: false,
    secrets: [own.id, ...secrets]
  })
  if (reply.status >= 300 && !(method === 'DELETE' && reply.status === 404))
    throw refusal({ service: 'Keystone', method, path, reply, isCommand: false })
  return reply
}

function parse<T>(reply: Reply): T | undefined {
  try {
    return JSON.parse(reply.text) as T
  } catch {
    return undefined
  }
}
