import type { RecoveryView } from '../../schemas/recovery.d.ts'
import type { RecoverySummary } from '../../schemas/recovery-summary.d.ts'
import type { Client, Told } from './client.ts'
import { nearest } from './nearest.ts'
import { ServiceError } from './service-error.ts'

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The newest recovery of a host (its open one, if it has one), or the one of an id. Throws ServiceError when there is none. */
export async function findRecovery(client: Client, name: string): Promise<Told<RecoveryView>> {
  if (id.test(name)) return await readRecovery(client, name)
  const found = (await firstOf(client, name, '&state=open')) ?? (await firstOf(client, name, ''))
  if (found !== undefined) return await readRecovery(client, found.id)
  throw new ServiceError('refused', await whyNone(client, name), 404)
}

/** A host that is well is not one whose name is mistyped. */
async function whyNone(client: Client, name: string): Promise<string> {
  const members = await membersOf(client)
  const segment = members.get(name)
  if (segment !== undefined) return `${name} of ${segment} has had no recovery`
  const like = nearest(name, [...members.keys()])
  const meant = like === undefined ? '.' : `; did you mean ${like}?`
  return `there is no recovery of ${name}, and no segment has such a host${meant} A host has the name of its nova-compute's service`
}

/** Each host and spare with its segment. */
async function membersOf(client: Client): Promise<ReadonlyMap<string, string>> {
  const { said } = await client.get('segments', '/v1/segments')
  return new Map(
    said.items.flatMap(({ name, hosts, spares }) => [...hosts, ...spares].map(host => [host.name, name] as const))
  )
}

/** The same refusal; that of an unknown host says which one was probably meant. */
export async function withGuess(client: Client, host: string, error: unknown): Promise<unknown> {
  if (!(error instanceof ServiceError) || error.status !== 404) return error
  const like = nearest(host, [...(await membersOf(client)).keys()])
  if (like === undefined || like === host) return error
  return new ServiceError(error.code, `${error.message} Did you mean ${like}?`, error.status)
}

/** The newest is by a clock that may have been set; which one is open is not. */
async function firstOf(client: Client, host: string, filter: string): Promise<RecoverySummary | undefined> {
  const path = `/v1/recoveries?limit=1&host=${encodeURIComponent(host)}${filter}`
  return (await client.get('recoveries', path)).said.items[0]
}

/** The recovery, or why it can't be read now. */
export async function tryToRead(client: Client, recovery: string): Promise<RecoveryView | ServiceError> {
  try {
    return (await readRecovery(client, recovery)).said
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
}

export async function readRecovery(client: Client, recovery: string): Promise<Told<RecoveryView>> {
  return await client.get('recovery', `/v1/recoveries/${encodeURIComponent(recovery)}`)
}
