/** A notification as the outbox has it. */
export interface Notification {
  readonly id: string
  readonly type: string
  readonly data: unknown
  readonly createdAtMs: number
}

export type Occasion = 'held' | 'ended'

const ended = ['ended', 'recovered', 'partial', 'dismissed', 'cancelled']

/** What a notification is about, by the last part of its type (`….held`); undefined for what every target shall hear. */
export function occasionOf(type: string): Occasion | undefined {
  const last = type.split('.').at(-1) ?? ''
  if (last === 'held') return 'held'
  return ended.includes(last) ? 'ended' : undefined
}

/** CloudEvents 1.0, structured mode. The same notification is the same text, so that its id finds duplicates. */
export function cloudEvent({ id, type, data, createdAtMs }: Notification, source: string): string {
  const subject = subjectOf(data)
  return JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type: type.includes('.') ? type : `switchover.recovery.${type}`,
    ...(subject === undefined ? {} : { subject }),
    time: new Date(createdAtMs).toISOString(),
    datacontenttype: 'application/json',
    data
  })
}

/** The recovery that it is about, else the host. */
function subjectOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { recovery, host } = data as { recovery?: unknown; host?: unknown }
  return [recovery, host].find(value => typeof value === 'string' && value !== '') as string | undefined
}
