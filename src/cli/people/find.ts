import type { RecoveryView } from '../../schemas/recovery.d.ts'
import type { RecoverySummary } from '../../schemas/recovery-summary.d.ts'
import type { Client, Told } from './client.ts'
import { ServiceError } from './service-error.ts'

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The newest recovery of a host (its open one, if it has one), or the one of an id. Throws ServiceError when there is none. */
export async function findRecovery(client: Client, name: string): Promise<Told<RecoveryView>> {
  if (id.test(name)) return await readRecovery(client, name)
  const found = (await firstOf(client, name, '&state=open')) ?? (await firstOf(client, name, ''))
  if (found !== undefined) return await readRecovery(client, found.id)
  throw new ServiceError(
    'refused',
    `there is no recovery of ${name}. A host has the name of its nova-compute's service; switchover status lists what is open`,
    404
  )
}

/** The newest is by a clock that may have been set; which one is open is not. */
async function firstOf(client: Client, host: string, filter: string): Promise<RecoverySummary | undefined> {
  const path = `/v1/recoveries?limit=1&host=${encodeURIComponent(host)}${filter}`
  return (await client.get('recoveries', path)).said.items[0]
}

export async function readRecovery(client: Client, recovery: string): Promise<Told<RecoveryView>> {
  return await client.get('recovery', `/v1/recoveries/${encodeURIComponent(recovery)}`)
}
