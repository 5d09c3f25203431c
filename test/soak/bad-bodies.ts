import { gzipSync } from 'node:zlib'
import { secrets } from '../e2e/service-config.ts'
import { deliverOne } from './deliver.ts'
import { createRawClient, type RawAnswer, type RawClient } from './raw.ts'
import { onStage, type Report, type Stage } from './stage.ts'

interface Case {
  readonly body: Buffer
  readonly answers: number
  readonly headers?: Readonly<Record<string, string>>
}

const alarm = (more = '') => `{"alarm_id": "a", "current": "alarm"${more}}`
const sound = Buffer.from(alarm())
const mebibytes = (count: number) => Buffer.alloc(count * 2 ** 20, 0x20)

/** What a body may be, and what each is told. Only what is no JSON object of an alarm is refused: an alarm must not be lost. */
const cases: Readonly<Record<string, Case>> = {
  'a hundred MiB': { body: Buffer.concat([sound, mebibytes(100)]), answers: 413 },
  'a text of 300 KiB in it': { body: Buffer.from(alarm(`, "reason": "${'x'.repeat(300 * 1024)}"`)), answers: 413 },
  'a hundred thousand arrays in each other': {
    body: Buffer.from(alarm(`, "reason_data": ${'['.repeat(100_000)}${']'.repeat(100_000)}`)),
    answers: 400
  },
  'ten thousand open braces': { body: Buffer.from('{"a":'.repeat(10_000)), answers: 400 },
  'twenty thousand keys': {
    body: Buffer.from(`{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":1`).join()}}`),
    answers: 400
  },
  'a NUL byte': { body: Buffer.from('{"alarm_id": "a\0b", "current": "alarm"}'), answers: 400 },
  'a NUL character': { body: Buffer.from('{"alarm_id": "a\\u0000b", "current": "alarm"}'), answers: 202 },
  'half a character': { body: Buffer.from('{"alarm_id": "a\\ud800", "current": "alarm"}'), answers: 202 },
  'no UTF-8 in a text': {
    body: Buffer.concat([
      Buffer.from('{"alarm_id": "'),
      Buffer.from([0xc3, 0x28, 0xff]),
      Buffer.from('", "current": "alarm"}')
    ]),
    answers: 202
  },
  'no UTF-8 at all': { body: Buffer.from([0xff, 0xfe, 0x7b, 0, 0x7d, 0]), answers: 400 },
  'a key __proto__': {
    body: Buffer.from(alarm(', "__proto__": {"admin": true}, "constructor": {"prototype": {}}')),
    answers: 202
  },
  nothing: { body: Buffer.alloc(0), answers: 400 },
  'a list': { body: Buffer.from(`[${alarm()}]`), answers: 400 },
  'another content type': { body: sound, answers: 415, headers: { 'content-type': 'text/plain' } },
  'a form': {
    body: Buffer.from('a=b'),
    answers: 415,
    headers: { 'content-type': 'application/x-www-form-urlencoded' }
  },
  'no content type': { body: sound, answers: 415, headers: { 'content-type': '' } },
  'a gzip bomb': { body: gzipSync(mebibytes(200)), answers: 415, headers: { 'content-encoding': 'gzip' } },
  'a gzip bomb that does not say so': { body: gzipSync(mebibytes(100)), answers: 400 }
}

/** Each bad body `times` times, with sound alarms in between. */
export async function badBodies(times: number): Promise<Report> {
  const hosts = { 'compute-01': {}, 'compute-02': {}, 'compute-05': { spare: true as const }, 'compute-06': {} }
  const wishes = () => ({ hosts: ['compute-01', 'compute-02'], spares: ['compute-05'], armed: false })
  return await onStage({ spec: { hosts }, wishes }, async stage => {
    const client = createRawClient(stage.service.url)
    try {
      return await play(stage, client, times)
    } finally {
      client.close()
    }
  })
}

async function play({ service }: Stage, client: RawClient, times: number): Promise<Report> {
  const broken: string[] = []
  let slowest = { name: 'none', ms: 0 }
  for (let round = 0; round < times; round++) {
    for (const [name, one] of Object.entries(cases)) {
      const answer = await send(client, one)
      if (answer.ms > slowest.ms) slowest = { name, ms: Math.round(answer.ms) }
      const objection = objectionTo(one, answer)
      if (objection !== undefined) broken.push(`${name}: ${objection}`)
      const between = await deliverOne(client, `between-${round}-${name}`)
      if (between.status !== 202) broken.push(`a sound alarm after ${name}: ${between.status} ${between.text}`)
    }
  }
  if (!service.running()) broken.push('the service has ended')
  return {
    figures: { kinds: Object.keys(cases).length, times, 'the slowest answer': `${slowest.ms} ms (${slowest.name})` },
    broken
  }
}

async function send(client: RawClient, { body, headers }: Case): Promise<RawAnswer> {
  const usual = { 'content-type': 'application/json', authorization: `Bearer ${secrets.alarms}` }
  return await client.ask({ method: 'POST', path: '/v1/alarms/nobody', body, headers: { ...usual, ...headers } })
}

function objectionTo({ answers, body }: Case, { status, type, text }: RawAnswer): string | undefined {
  // A body that is refused for its length is not read, so the connection may end while it is still being sent.
  if (status === 0 && answers === 413 && body.length > 2 ** 20) return undefined
  if (status !== answers) return `${status} ${text.slice(0, 200)}, not ${answers}`
  if (status === 202 || type.startsWith('application/problem+json')) return undefined
  return `${status} is no problem+json but ${type}`
}
