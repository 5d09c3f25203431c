import type { ServiceProcess } from '../e2e/service.ts'
import { secrets } from '../e2e/service-config.ts'
import type { RawAnswer, RawClient } from './raw.ts'

export interface Delivered {
  readonly alarm: string
  readonly answer: RawAnswer
}

/** Alarms about hosts that nobody knows, one after the other on each of `lanes` lanes, until `end`. */
export async function deliverUntil(
  client: RawClient,
  prefix: string,
  lanes: number,
  end: AbortSignal
): Promise<Delivered[]> {
  const delivered: Delivered[] = []
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let number = 0; !end.aborted; number++) {
        const alarm = `${prefix}-${lane}-${number}`
        delivered.push({ alarm, answer: await deliverOne(client, alarm) })
      }
    })
  )
  return delivered
}

export async function deliverOne(client: RawClient, alarm: string, host = 'nobody'): Promise<RawAnswer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secrets.alarms}` }
  const event = { message_id: alarm, event_type: 'compute.host.down', traits: [] }
  const body = JSON.stringify({
    alarm_id: alarm,
    current: 'alarm',
    reason: 'x'.repeat(500),
    reason_data: { type: 'event', event }
  })
  return await client.ask({ method: 'POST', path: `/v1/alarms/${host}`, headers, body })
}

export function idOf({ text }: RawAnswer): string {
  return (JSON.parse(text) as { signal: string }).signal
}

/** All that the service lists, page by page. */
export async function allOf<T>(service: ServiceProcess, path: string): Promise<T[]> {
  const items: T[] = []
  let cursor = ''
  do {
    const { status, body } = await service.request('GET', `${path}?limit=200${cursor}`)
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`)
    const page = body as { items: T[]; cursor?: string }
    items.push(...page.items)
    cursor = page.cursor === undefined ? '' : `&cursor=${encodeURIComponent(page.cursor)}`
  } while (cursor !== '')
  return items
}

/** What was acknowledged and is not there, and what was refused and is there all the same. */
export function lostOrLeft(
  delivered: readonly Delivered[],
  stored: readonly { id: string; alarm?: { id: string } }[]
): string[] {
  const ids = new Set(stored.map(({ id }) => id))
  const alarms = stored.flatMap(({ alarm }) => alarm?.id ?? [])
  const known = new Set(alarms)
  const twice = alarms.length === known.size ? [] : ['an alarm that came once is stored twice']
  return [
    ...twice,
    ...delivered.flatMap(({ alarm, answer }) => {
      if (answer.status === 202) return ids.has(idOf(answer)) ? [] : [`${alarm} was acknowledged and is not there`]
      // Without an answer it may be either; a refusal says that nothing was written down.
      return answer.status > 0 && known.has(alarm) ? [`${alarm} was refused with ${answer.status} and is there`] : []
    })
  ]
}
