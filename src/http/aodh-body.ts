import { createHash } from 'node:crypto'
import type { NewSignal } from '../controller/ports/ports.ts'
import { type AlarmFacts, testsOf } from '../core/signal.ts'
import type { AodhAlarm } from '../schemas/aodh-alarm.d.ts'

/**
 * Event types whose trait `host` or `hostname` is the host that the event is about. It is a list because for most
 * others (compute.instance.* above all) that trait names whoever published the event.
 */
export const defaultHostEventTypes: readonly string[] = ['compute.host.down', 'compute.host.up', 'service.update']

const nameLengthMax = 255
const textLengthMax = 2000
const traitsMax = 100
const keyLengthMax = 200

/** How the body came: by whom, its text, and the host that the URL named. */
export interface Delivery {
  readonly actor: string
  readonly text: string
  readonly host?: string | undefined
  readonly hostEventTypes: readonly string[]
  /** The URL says that it is a test. */
  readonly isTest?: boolean
}

/** Aodh's body in our words. What is not as Aodh writes it is left out; nothing makes it fail. */
export function signalOf(body: AodhAlarm, delivery: Delivery): NewSignal {
  const data = asObject(body.reason_data)
  const event = asObject(data.event)
  const alarm = alarmOf(body, data, event)
  const urlHost = clean(delivery.host, nameLengthMax)
  const host = urlHost ?? traitHost(alarm, delivery.hostEventTypes)
  if (delivery.isTest === true && host !== undefined) return testSignal(alarm, host, delivery)
  const message = clean(event.message_id, nameLengthMax)
  return {
    source: 'aodh',
    actor: delivery.actor,
    alarm,
    body: delivery.text,
    ...(host === undefined ? {} : { host }),
    ...(message === undefined ? {} : { dedupeKey: keyOf([alarm.id, alarm.current, message, urlHost]) })
  }
}

function testSignal(alarm: AlarmFacts, host: string, { actor, text }: Delivery): NewSignal {
  return { source: 'test', actor, host, body: text, alarm: { ...alarm, id: testsOf(host) } }
}

function alarmOf(body: AodhAlarm, data: Fields, event: Fields): AlarmFacts {
  const optional = {
    name: clean(body.alarm_name, nameLengthMax),
    previous: clean(body.previous, nameLengthMax),
    severity: clean(body.severity, nameLengthMax),
    reason: clean(body.reason, textLengthMax),
    type: clean(data.type, nameLengthMax),
    eventType: clean(event.event_type, nameLengthMax)
  }
  const said = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))
  return {
    id: clean(body.alarm_id, nameLengthMax) ?? '',
    current: clean(body.current, nameLengthMax) ?? '',
    traits: traitsOf(event.traits),
    ...(said as Partial<AlarmFacts>)
  }
}

/** Aodh writes them as [name, type, value]; the value of whatever type is kept as text. */
function traitsOf(traits: unknown): Record<string, string> {
  const found: [string, string][] = []
  for (const trait of Array.isArray(traits) ? traits.slice(0, traitsMax) : []) {
    if (!Array.isArray(trait)) continue
    const name = clean(trait[0], nameLengthMax)
    const value = typeof trait[2] === 'number' || typeof trait[2] === 'boolean' ? String(trait[2]) : trait[2]
    const text = clean(value, textLengthMax)
    if (name !== undefined && name !== '__proto__' && text !== undefined) found.push([name, text])
  }
  return Object.fromEntries(found)
}

function traitHost(alarm: AlarmFacts, hostEventTypes: readonly string[]): string | undefined {
  if (alarm.eventType === undefined || !hostEventTypes.includes(alarm.eventType)) return undefined
  return alarm.traits.host ?? alarm.traits.hostname
}

/** An event's id makes repeated deliveries of one event one signal; a key that the store could not hold is hashed. */
function keyOf(parts: readonly (string | undefined)[]): string {
  const key = parts.filter(part => part !== undefined).join('|')
  return key.length <= keyLengthMax ? key : createHash('sha256').update(key).digest('hex')
}

type Fields = Readonly<Record<string, unknown>>

function asObject(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** Text that every database can hold: without NUL and halves of characters. undefined for what is no text. */
function clean(value: unknown, lengthMax: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.replaceAll('\0', '').slice(0, lengthMax).toWellFormed()
  return text === '' ? undefined : text
}
