import { ConfigError } from '../../errors.ts'
import type { ArmingView } from '../../schemas/arming.d.ts'
import { confirmed } from '../confirm.ts'
import type { Client, Told } from './client.ts'
import { layout, line, rows } from './layout.ts'
import type { Output } from './show.ts'
import { ago } from './times.ts'

export interface Switching extends Output {
  /** null: the configuration's word counts again. */
  readonly armed: boolean | null
  /** All of them if not given. */
  readonly segment?: string
  readonly reason: string
  readonly yes: boolean
}

/** Arms or disarms. True if that was done, and after a disarm of all nothing is armed. */
export async function switchArming(
  client: Client,
  { armed, segment, reason, yes, json, out }: Switching
): Promise<boolean> {
  // What may begin to act is asked; to stand still is always safe.
  if (armed !== false && !yes) {
    if (json) throw new ConfigError('arm', ['with --json nobody is asked: add --yes'])
    if (!(await isMeant(client, { armed, segment, out }))) {
      out.write('nothing was changed\n')
      return false
    }
  }
  const change = segment === undefined ? { armed, reason } : { segments: { [segment]: armed }, reason }
  const told = await client.send('PUT', 'arming', '/v1/arming', change)
  out.write(json ? told.json : armingText(told, out.columns))
  if (segment !== undefined) return true
  if (!json) out.write(ownWords(told.said, armed))
  return armed !== false || !Object.values(told.said.inForce).includes(true)
}

/** A word for all does not reach a segment that has one of its own, and nobody should think it did. */
function ownWords({ segments }: ArmingView, armed: boolean | null): string {
  const command = armed === false ? 'disarm' : armed === true ? 'arm' : 'arm --as-configured'
  return Object.entries(segments)
    .filter(([, own]) => own !== armed)
    .map(
      ([name]) =>
        `MIND ${name}: it has a word of its own, which this does not change: switchover ${command} ${name} --reason …\n`
    )
    .join('')
}

/** Shows who or what is armed, and by whose word. */
export async function showArming(client: Client, { json, out }: Output): Promise<void> {
  const told = await client.get('arming', '/v1/arming')
  out.write(json ? told.json : armingText(told, out.columns))
}

async function isMeant(
  client: Client,
  { armed, segment, out }: Pick<Switching, 'armed' | 'out'> & { readonly segment: string | undefined }
): Promise<boolean> {
  const about = segment === undefined ? '' : `&segment=${encodeURIComponent(segment)}`
  const { said } = await client.get('recoveries', `/v1/recoveries?state=held&limit=200${about}`)
  const waiting = said.items.map(({ host, hold }) => [host, hold?.guard ?? hold?.code ?? '', hold?.reason ?? ''])
  if (waiting.length > 0) out.write(layout([{ label: 'held now', lines: rows(waiting) }], out.columns))
  const then = waiting.length === 0 ? '' : ' What waits only for this goes on within seconds, the power-off included.'
  const what = segment === undefined ? 'every segment that has no word of its own' : segment
  const question = armed === true ? `Arm ${what}?` : `Let the configuration say for ${what} whether it is armed?`
  return await confirmed('arm', `${question}${then}`)
}

function armingText({ said, nowMs }: Told<ArmingView>, width: number | undefined): string {
  const { armed, segments, inForce, actor, reason, atMs } = said
  const whose = (name: string): string => {
    if (name in segments) return 'by the word for this segment'
    return armed === undefined ? 'as configured' : 'by the word for all'
  }
  const states = Object.entries(inForce).map(([name, isArmed]) => [name, isArmed ? 'armed' : 'observes', whose(name)])
  const last = atMs === undefined ? [] : [line(`${actor ?? 'somebody'}, ${ago(atMs, nowMs)}: ${reason ?? ''}`)]
  return layout(
    [
      { label: 'segments', lines: rows(states) },
      { label: 'last word', lines: last }
    ],
    width
  )
}
