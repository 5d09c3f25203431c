import { ConfigError } from '../../errors.ts'
import type { SignalView } from '../../schemas/signal.d.ts'
import { confirmed } from '../confirm.ts'
import type { Client, Told } from './client.ts'
import { layout, line } from './layout.ts'
import { tell } from './recover.ts'
import { ServiceError } from './service-error.ts'
import type { Output } from './show.ts'
import { ago, clockTime } from './times.ts'

const pageMax = 200
const pagesMax = 10

/** Gives a signal that names no host the one that it is about, after showing it. True if that opened or joined a recovery. */
export async function resolve(
  client: Client,
  signal: string,
  host: string,
  output: Output & { readonly yes: boolean }
): Promise<boolean> {
  const { yes, json, out } = output
  if (json && !yes) throw new ConfigError('resolve', ['with --json nobody is asked: add --yes'])
  if (!yes) {
    out.write(signalText(await findSignal(client, signal), out.columns))
    const question = `Is it ${host} that the signal is about? It is looked at, and if it is dead it is powered off and emptied.`
    if (!(await confirmed('resolve', question))) {
      out.write('nothing was said\n')
      return false
    }
  }
  return tell(
    await client.send('POST', 'received', `/v1/signals/${encodeURIComponent(signal)}/resolve`, { host }),
    host,
    output
  )
}

/** One of those that wait for a host; the API has no way to ask for it alone. */
async function findSignal(client: Client, id: string): Promise<Told<SignalView>> {
  for (const outcome of ['unresolved', 'received']) {
    let cursor = ''
    for (let page = 0; page < pagesMax; page++) {
      const { said, ...more } = await client.get('signals', `/v1/signals?outcome=${outcome}&limit=${pageMax}${cursor}`)
      const found = said.items.find(signal => signal.id === id)
      if (found !== undefined) return { said: found, ...more }
      if (said.cursor === undefined) break
      cursor = `&cursor=${encodeURIComponent(said.cursor)}`
    }
  }
  throw new ServiceError(
    'refused',
    `no signal ${id} waits for a host. switchover status lists those of the last day; to report a host: switchover recover`
  )
}

function signalText({ said, nowMs }: Told<SignalView>, width: number | undefined): string {
  const { source, actor, receivedAtMs, host, alarm, because } = said
  const what = alarm === undefined ? source : `alarm ${alarm.name ?? alarm.id} says ${alarm.current}`
  const traits = Object.entries(alarm?.traits ?? {}).map(([name, value]) => `${name} ${value}`)
  return layout(
    [
      {
        label: 'signal',
        lines: [line(`${what}, ${ago(receivedAtMs, nowMs)} (${clockTime(receivedAtMs, nowMs)} UTC), by ${actor}`)]
      },
      { label: 'host', lines: [line(`${host ?? 'it names none'}: ${because}`)] },
      { label: 'traits', lines: traits.length === 0 ? [] : [line(traits.join(', '))] },
      { label: 'reason', lines: alarm?.reason === undefined ? [] : [line(alarm.reason)] }
    ],
    width
  )
}
