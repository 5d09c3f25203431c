import { ConfigError } from '../../errors.ts'
import type { ReceivedSignal } from '../../schemas/received.d.ts'
import { confirmed } from '../confirm.ts'
import type { Client, Told } from './client.ts'
import { withGuess } from './find.ts'
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
export async function recover(client: Client, host: string, reporting: Reporting): Promise<boolean> {
  try {
    return await report(client, host, reporting)
  } catch (error) {
    throw await withGuess(client, host, error)
  }
}

async function report(
  client: Client,
  host: string,
  { reason, dryRun, all, yes, json, out }: Reporting
): Promise<boolean> {
  if (!dryRun && reason === undefined) throw new ConfigError('recover', ['say why: --reason (or only look: --dry-run)'])
  if (json && !dryRun && !yes)
    throw new ConfigError('recover', ['with --json nobody is asked: add --yes (or --dry-run)'])
  if (dryRun || !yes) {
    await look(client, host, { json, out, all, isOnlyLook: dryRun })
    if (dryRun) return true
    const question = `Report ${host} as failed? It is looked at again, and if it is dead it is powered off and emptied.`
    if (!(await confirmed('recover', question))) {
      out.write('nothing was reported\n')
      return false
    }
  }
  const told = await client.send('POST', 'received', '/v1/recoveries', { host, reason })
  return tell(told, host, { json, out })
}

/** What became of it. True if it opened or joined a recovery. */
export function tell({ said, json: whole }: Told<ReceivedSignal>, host: string, { json, out }: Output): boolean {
  const { outcome, because, recovery } = said
  const isTaken = recovery !== undefined
  const text = `${outcome}${because === undefined ? '' : `: ${because}`}${isTaken ? `; switchover show ${host}` : ''}`
  out.write(json ? whole : `${text}\n`)
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
