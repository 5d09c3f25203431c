import { messageOf } from '../errors.ts'
import type { CheckLine } from './check.ts'
import { readCredentials } from './lease-session.ts'
import type { Access } from './service.ts'

const name = 'lease by keystone'

/**
 * Whether Keystone would make credentials for us that end with the lease. Changes nothing, so it can't try it; and whether Nova sends
 * service tokens, on which every slow move rests then, no API tells.
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
    const tookMs = await timeLogin(access)
    return 2 * tookMs > 0.7 * leaseMs - 2000
      ? { name, ok: false, detail: tooSlow(tookMs, leaseMs) }
      : { name, ok: true, detail: note(leaseMs / 1000) }
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) }
  }
}

async function timeLogin({ session, clock }: Access): Promise<number> {
  const token = await session.token()
  const beganMs = clock.now()
  await session.renew(token)
  return clock.now() - beganMs
}

/** A credential and a login are made for it; nothing is sent in the last three tenths of a lease, nor with a token of two seconds. */
function tooSlow(tookMs: number, leaseMs: number): string {
  return (
    `a login at Keystone took ${(tookMs / 1000).toFixed(1)} s, too long for leases of ${leaseMs / 1000} s: ` +
    `make lease.seconds ${Math.ceil((2 * tookMs + 2000) / 700)} at least, better twice that`
  )
}

const restricted =
  'the login is by a restricted application credential, for which Keystone makes no others: ' +
  'make it with --unrestricted, log in by password, or leave lease.enforceByKeystone off'

function note(seconds: number): string {
  return (
    `note: the token of a command ends after ${seconds} s at most. A move that comes to Neutron or Cinder later fails, ` +
    'unless Nova sends service tokens; no API tells whether it does: ' +
    'look for send_service_user_token = true in nova.conf of scheduler, conductor and computes'
  )
}
