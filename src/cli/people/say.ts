import { systemClock } from '../../clock.ts'
import { ConfigError } from '../../errors.ts'
import type { CommandAccepted } from '../../schemas/command-accepted.d.ts'
import type { RecoveryView } from '../../schemas/recovery.d.ts'
import { confirmed } from '../confirm.ts'
import { withNames } from '../with-names.ts'
import type { Client, Told } from './client.ts'
import { findRecovery, readRecovery } from './find.ts'
import { plain } from './plain.ts'
import { ServiceError } from './service-error.ts'
import { type Output, shortly } from './show.ts'

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

/** A recovery is looked at for words every few seconds at the latest, and a takeover takes less than 12 s. */
const followMs = 20_000
const lookMs = 500

/** Says an operator's word about a recovery, and waits for what becomes of it. True if it was obeyed. */
export async function say(client: Client, word: Word, name: string, saying: Saying): Promise<boolean> {
  const { reason, json, out } = saying
  const told = await findRecovery(client, name)
  const { said: view } = told
  if (!(await isMeant(word, told, saying))) {
    out.write('nothing was said\n')
    return false
  }
  const { seen: version = view.version } = saying
  const path = `/v1/recoveries/${encodeURIComponent(view.id)}/${word}`
  const body = { reason, version, ...(word === 'vouch' ? vouchedOf(view, saying) : {}) }
  const accepted = await client.send('POST', 'command-accepted', path, body)
  if (json) out.write(accepted.json)
  return await follow(client, word, view, accepted.said, saying)
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

/** The timeline tells what became of it; who drives the recovery may be another replica. Whatever happens now, it is written down. */
async function follow(
  client: Client,
  word: Word,
  before: RecoveryView,
  { recovery, continues }: CommandAccepted,
  { reason, json, out, err, followMs: limitMs = followMs }: Saying
): Promise<boolean> {
  const tell = (ok: boolean, text: string): boolean => {
    // In JSON the answer has been given; that it came to nothing has no place in it.
    if (!json) out.write(`${text}\n`)
    else if (!ok) err.write(`${text}\n`)
    return ok
  }
  if (continues !== undefined)
    return tell(true, `a new recovery of ${before.host} goes on with it: switchover show ${recovery}`)
  const seen = before.timeline.at(-1)?.seq ?? 0
  const untilMs = systemClock.now() + limitMs
  let unread: string | undefined
  do {
    const view = await look(client, recovery)
    if (view instanceof ServiceError) unread = view.message
    else {
      unread = undefined
      const answer = answerTo({ word, reason, seen }, view)
      if (answer !== undefined) return tell(!isRefused(answer.data), wholeAnswer(answer, view))
    }
    await systemClock.sleep(lookMs)
  } while (systemClock.now() < untilMs)
  const whatElse =
    unread === undefined
      ? `nobody has obeyed it within ${limitMs / 1000} s`
      : `what became of it could not be read (${unread})`
  return tell(false, `it is written down, and ${whatElse}: switchover show ${before.host}, and switchover status`)
}

/** A service that can't be asked now may be asked again: the word is with it. */
async function look(client: Client, recovery: string): Promise<RecoveryView | ServiceError> {
  try {
    return (await readRecovery(client, recovery)).said
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
}

type Line = RecoveryView['timeline'][number]

/**
 * The first answer after `seen` to this word. One that is obeyed ends with its reason, which tells it from another person's; one that
 * is refused names only who said it.
 */
function answerTo(
  { word, reason, seen }: { readonly word: Word; readonly reason: string; readonly seen: number },
  { timeline }: RecoveryView
): Line | undefined {
  return timeline.find(
    ({ seq, kind, text, data }) =>
      seq > seen &&
      kind === 'command' &&
      isAbout(data, word) &&
      (isRefused(data) || text.endsWith(`: ${plain(reason)}`))
  )
}

function wholeAnswer({ text, data }: Line, view: RecoveryView): string {
  const now = isRefused(data) ? '' : `\n${view.host} is ${view.state} now: switchover show ${view.host}`
  return `${withNames(text, view)}${now}`
}

function isAbout(data: Line['data'], word: Word): boolean {
  return typeof data === 'object' && data !== null && 'command' in data && data.command === word
}

function isRefused(data: Line['data']): boolean {
  return typeof data === 'object' && data !== null && 'refused' in data && data.refused === true
}
