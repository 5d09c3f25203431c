import { systemClock } from '../../clock.ts'
import { ConfigError } from '../../errors.ts'
import type { CommandAccepted } from '../../schemas/command-accepted.d.ts'
import type { RecoveryView } from '../../schemas/recovery.d.ts'
import { confirmed } from '../confirm.ts'
import { withNames } from '../with-names.ts'
import type { Client, Told } from './client.ts'
import { findRecovery, readRecovery } from './find.ts'
import { type Output, shortly } from './show.ts'

export type Word = CommandAccepted['command']

export interface Saying extends Output {
  readonly reason: string
  readonly yes: boolean
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
  const { host, server, seen: version = view.version } = saying
  const more = { ...(host === undefined ? {} : { host }), ...(server === undefined ? {} : { server }) }
  const path = `/v1/recoveries/${encodeURIComponent(view.id)}/${word}`
  const accepted = await client.send('POST', 'command-accepted', path, { reason, version, ...more })
  if (json) out.write(accepted.json)
  return await follow(client, word, view, accepted.said, saying)
}

/** What could end servers, or make them run twice, is shown and asked. */
async function isMeant(
  word: Word,
  told: Told<RecoveryView>,
  { yes, json, out, host, server }: Saying
): Promise<boolean> {
  if (word === 'retry' || word === 'cancel' || yes) return true
  if (json) throw new ConfigError(word, ['with --json nobody is asked: add --yes'])
  out.write(`${shortly(told, out.columns)}\n`)
  const { said: view } = told
  if (word === 'approve') return await confirmed(word, `Power ${view.host} off, and carry out this plan?`)
  if (server !== undefined)
    return await confirmed(word, `Have you seen that the server ${server} runs nowhere? If it does, it will run twice.`)
  const about = host ?? view.fencing ?? view.host
  return await confirmed(word, `Have you seen that ${about} is off? If it is not, servers will run twice.`)
}

/** The timeline tells what became of it; who drives the recovery may be another replica. */
async function follow(
  client: Client,
  word: Word,
  before: RecoveryView,
  { recovery, continues }: CommandAccepted,
  { json, out, followMs: limitMs = followMs }: Saying
): Promise<boolean> {
  const write = (text: string): void => void (json ? undefined : out.write(`${text}\n`))
  if (continues !== undefined) {
    write(`a new recovery of ${before.host} goes on with it: switchover show ${recovery}`)
    return true
  }
  const seen = before.timeline.at(-1)?.seq ?? 0
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += lookMs) {
    const { said: view } = await readRecovery(client, recovery)
    const news = view.timeline.filter(({ seq }) => seq > seen)
    const answer = news.find(({ kind, data }) => kind === 'command' && isAbout(data, word))
    if (answer !== undefined) {
      write(withNames(answer.text, view))
      if (!isRefused(answer.data)) write(`${view.host} is ${view.state} now: switchover show ${view.host}`)
      return !isRefused(answer.data)
    }
    await systemClock.sleep(lookMs)
  }
  write(
    `it is written down, and nobody has obeyed it within ${limitMs / 1000} s: switchover show ${before.host}, and switchover status`
  )
  return false
}

type Data = RecoveryView['timeline'][number]['data']

function isAbout(data: Data, word: Word): boolean {
  return typeof data === 'object' && data !== null && 'command' in data && data.command === word
}

function isRefused(data: Data): boolean {
  return typeof data === 'object' && data !== null && 'refused' in data && data.refused === true
}
