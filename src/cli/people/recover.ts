import { ConfigError } from '../../errors.ts'
import { confirmed } from '../confirm.ts'
import type { Client } from './client.ts'
import { ServiceError } from './service-error.ts'
import { dryRunText, type Output } from './show.ts'

export interface Reporting extends Output {
  readonly reason?: string
  readonly dryRun: boolean
  /** Of the guards those too that are open. */
  readonly all: boolean
  readonly yes: boolean
}

/** Reports a host by hand, after showing what would happen. True if it was done, or only looked at. */
export async function recover(
  client: Client,
  host: string,
  { reason, dryRun, all, yes, json, out }: Reporting
): Promise<boolean> {
  if (!dryRun && reason === undefined) throw new ConfigError('recover', ['say why: --reason (or only look: --dry-run)'])
  const isOnlyLook = dryRun || (json && !yes)
  if (isOnlyLook || !yes) {
    await look(client, host, { json, out, all, isOnlyLook })
    if (isOnlyLook) return true
    const question = `Report ${host} as failed? It is looked at again, and if it is dead it is powered off and emptied.`
    if (!(await confirmed('recover', question))) {
      out.write('nothing was reported\n')
      return false
    }
  }
  const told = await client.send('POST', 'received', '/v1/recoveries', { host, reason })
  const { outcome, because, recovery } = told.said
  const isTaken = recovery !== undefined
  if (json) out.write(told.json)
  else
    out.write(`${outcome}${because === undefined ? '' : `: ${because}`}${isTaken ? `; switchover show ${host}` : ''}\n`)
  return isTaken
}

/** The worse the night, the likelier that nobody can tell what would happen: that must not keep the host from being reported. */
async function look(
  client: Client,
  host: string,
  { json, out, all, isOnlyLook }: Output & { readonly all: boolean; readonly isOnlyLook: boolean }
): Promise<void> {
  try {
    const told = await client.get('dry-run', `/v1/plan?host=${encodeURIComponent(host)}`)
    out.write(json ? told.json : dryRunText(told, all, out.columns))
  } catch (error) {
    const mayPass = error instanceof ServiceError && error.status !== undefined && error.status >= 500
    if (isOnlyLook || !mayPass) throw error
    out.write(`what would happen can't be told now: ${error.message}\n`)
  }
}
