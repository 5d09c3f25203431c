import { ConfigError } from '../../errors.ts'
import type { CommandAccepted } from '../../schemas/command-accepted.d.ts'
import type { RecoveryView } from '../../schemas/recovery.d.ts'
import { confirmed } from '../confirm.ts'
import type { Client, Told } from './client.ts'
import { findRecovery, readRecovery } from './find.ts'
import { follow } from './follow.ts'
import { ServiceError } from './service-error.ts'
import { type Output, shortly } from './show.ts'
import { serversOf } from './text/moves.ts'
import { serversLeft } from './ways-out.ts'

export type Word = CommandAccepted['command']

export interface Saying extends Output {
  readonly reason: string
  readonly yes: boolean
  /** Has what JSON has no place for: why the word came to nothing. */
  readonly err: { write(text: string): unknown }
  /** The version that was seen; the one that is there now if not given. */
  readonly seen?: number
  /** vouch: a lost target, or one server. */
  readonly host?: string
  readonly server?: string
  /** How long its effect is waited for, ms. */
  readonly followMs?: number
}

/** So often a cancel or a retry is said anew, of a recovery that moves on faster than it is read. */
const triesMax = 5

/** Says an operator's word about a recovery, and waits for what becomes of it. True if it was obeyed. */
export async function say(client: Client, word: Word, name: string, saying: Saying): Promise<boolean> {
  const { json, out } = saying
  const told = await findRecovery(client, name)
  assertOpen(word, told.said)
  if (!(await isMeant(word, told, saying))) {
    out.write('nothing was said\n')
    return false
  }
  const { view, accepted } = await send(client, word, told.said, saying)
  if (json) out.write(accepted.json)
  return await follow(client, word, view, accepted.said, saying)
}

/** A cancel or a retry means the recovery as it is; the others speak about the version that was shown. */
async function send(
  client: Client,
  word: Word,
  before: RecoveryView,
  saying: Saying
): Promise<{ readonly view: RecoveryView; readonly accepted: Told<CommandAccepted> }> {
  const { reason, seen, json, out, err } = saying
  const isOfAny = (word === 'cancel' || word === 'retry') && seen === undefined
  let view = before
  let minded = ''
  for (let triesLeft = triesMax - 1; ; triesLeft--) {
    const mind = word === 'cancel' ? mindOf(view) : ''
    if (mind !== minded) (json ? err : out).write(mind)
    minded = mind
    const path = `/v1/recoveries/${encodeURIComponent(view.id)}/${word}`
    const body = { reason, version: seen ?? view.version, ...(word === 'vouch' ? vouchedOf(view, saying) : {}) }
    try {
      return { view, accepted: await client.send('POST', 'command-accepted', path, body) }
    } catch (error) {
      const isStale = error instanceof ServiceError && error.status === 409
      if (!isOfAny || !isStale || triesLeft === 0) throw error
      view = (await readRecovery(client, view.id)).said
      assertOpen(word, view)
    }
  }
}

/** What a cancel leaves as it is, and what there is to do then. */
function mindOf(view: RecoveryView): string {
  const { host } = view
  const left = serversLeft(view)
  if (left === 0) return ''
  const what =
    left === undefined ? `the servers of ${host} are not known` : `${serversOf(left)} of ${host} have not moved`
  return `MIND: ${what}, and nothing moves them then: switchover recover ${host}\n`
}

/** Throws ServiceError, which says what can be done in place of it. */
function assertOpen(word: Word, { state, host, closedAtMs }: RecoveryView): void {
  if (closedAtMs === undefined || (word === 'retry' && state === 'partial')) return
  const then =
    state === 'partial'
      ? `go on with what it has left: switchover retry ${host}`
      : `report the host: switchover recover ${host}`
  throw new ServiceError('refused', `The recovery has ended: ${host} is ${state}. To ${then}`)
}

type Vouched = Pick<Saying, 'host' | 'server'>

/** Always by name: what is said is what was asked. */
function vouchedOf(view: RecoveryView, { host, server }: Vouched): Vouched {
  return server === undefined ? { host: host ?? view.fencing ?? view.host } : { server }
}

/** What could end servers, or make them run twice, is shown and asked. */
async function isMeant(word: Word, told: Told<RecoveryView>, { yes, json, out, ...vouched }: Saying): Promise<boolean> {
  if (word === 'retry' || word === 'cancel' || yes) return true
  if (json) throw new ConfigError(word, ['with --json nobody is asked: add --yes'])
  out.write(`${shortly(told, out.columns)}\n`)
  const { said: view } = told
  if (word === 'approve') return await confirmed(word, `Power ${view.host} off, and carry out this plan?`)
  const { host, server } = vouchedOf(view, vouched)
  if (server !== undefined)
    return await confirmed(word, `Have you seen that the server ${server} runs nowhere? If it does, it will run twice.`)
  return await confirmed(word, `Have you seen that ${host} is off? If it is not, servers will run twice.`)
}
