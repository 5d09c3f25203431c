import { systemClock } from '../../clock.ts'
import type { CommandAccepted } from '../../schemas/command-accepted.d.ts'
import type { RecoveryView } from '../../schemas/recovery.d.ts'
import { withNames } from '../with-names.ts'
import type { Client } from './client.ts'
import { tryToRead } from './find.ts'
import { plain } from './plain.ts'
import type { Saying, Word } from './say.ts'
import { ServiceError } from './service-error.ts'

/** A recovery is looked at for words every few seconds at the latest, and a takeover takes less than 12 s. */
const followMs = 20_000
const lookMs = 500

/** The timeline tells what became of it; who drives the recovery may be another replica. Whatever happens now, it is written down. */
export async function follow(
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
  // A service that can't be asked now may be asked again: the word is with it.
  do {
    const view = await tryToRead(client, recovery)
    if (view instanceof ServiceError) unread = view.message
    else {
      unread = undefined
      const answer = answerTo({ word, reason, seen }, view)
      if (answer !== undefined) return tell(!isRefused(answer.data), wholeAnswer(answer, view))
      if (view.closedAtMs !== undefined)
        return tell(false, `too late: it had ended as ${view.state}: switchover show ${view.host}`)
    }
    await systemClock.sleep(lookMs)
  } while (systemClock.now() < untilMs)
  const whatElse =
    unread === undefined
      ? `nobody has obeyed it within ${limitMs / 1000} s`
      : `what became of it could not be read (${unread})`
  return tell(false, `it is written down, and ${whatElse}: switchover show ${before.host}, and switchover status`)
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
