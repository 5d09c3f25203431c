import { messageOf } from '../errors.ts'
import type { CheckLine } from './check.ts'
import { readCredentials } from './lease-session.ts'
import type { Access } from './service.ts'

const name = 'lease by keystone'

/**
 * Whether Keystone would make credentials for us that end with the lease. Changes nothing, so it can't try it; and whether Nova sends
 * service tokens, on which moves with volumes rest then, no API tells.
 */
export async function checkLease(access: Access, leaseMs: number): Promise<CheckLine> {
  const { credential } = access.settings
  try {
    const rows = await readCredentials(access)
    if (credential.kind === 'application-credential') {
      const own: { readonly id?: string; readonly name?: string } = credential.credential
      const row = rows.find(({ id, name: called }) => id === own.id || (own.id === undefined && called === own.name))
      if (row?.unrestricted === false) return { name, ok: false, detail: restricted }
    }
    return { name, ok: true, detail: note(leaseMs / 1000) }
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) }
  }
}

const restricted =
  'the login is by a restricted application credential, for which Keystone makes no others: ' +
  'make it with --unrestricted, log in by password, or leave lease.enforceByKeystone off'

function note(seconds: number): string {
  return (
    `note: the token of a command ends after ${seconds} s at most. A move with volumes that goes to Cinder later fails, ` +
    'unless Nova sends service tokens; no API tells whether it does: ' +
    'look for send_service_user_token = true in nova.conf of every compute'
  )
}
