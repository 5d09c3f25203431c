import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { RawRequest } from '../raw.ts'
import { type Known, nasty, type Schema, valuesOf } from './values.ts'

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']
/** So often, in a hundred, is a part of a request as it should be. */
const soundPercent = 70

/** Requests for every route of the document: sound ones and broken ones, with and without a token. */
export function requestsOf(document: ApiDocument, tokens: readonly string[], known: Known): fc.Arbitrary<RawRequest> {
  const resolve = (ref: string): Schema => document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {}
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) =>
      requestsFor(path, method.toUpperCase(), operation, { tokens, known, resolve })
    )
  )
  return fc.oneof(...routes)
}

interface Material {
  readonly tokens: readonly string[]
  readonly known: Known
  readonly resolve: (ref: string) => Schema
}

function requestsFor(path: string, method: string, operation: Operation, material: Material): fc.Arbitrary<RawRequest> {
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema
  return fc
    .record({
      method: mostly(fc.constant(method), fc.constantFrom(...methods), 95),
      path: pathsOf(path, operation, material),
      query: queriesOf(operation, material),
      credentials: credentialsOf(material.tokens),
      more: oddHeaders,
      body: schema === undefined ? mostly(noBody, bodiesOf({}, material), 95) : bodiesOf(schema, material),
      from: fc.integer({ min: 2, max: 250 }).map(last => `127.0.0.${last}`)
    })
    .map(({ method: verb, path: place, query, credentials, more, body, from }) => ({
      method: verb,
      path: place + query,
      headers: { ...credentials, ...body.headers, ...more },
      from,
      ...(body.bytes !== undefined && { body: body.bytes })
    }))
}

function mostly<T>(sound: fc.Arbitrary<T>, broken: fc.Arbitrary<T>, percent = soundPercent): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: sound, weight: percent }, { arbitrary: broken, weight: 100 - percent })
}

const oddPieces = fc.oneof(
  fc.constantFrom(
    '%00',
    '%',
    '%ff',
    '%zz',
    '..',
    '.',
    '%2e%2e%2f',
    '',
    'x'.repeat(300),
    '*',
    ':id',
    'a%2fb',
    '%F0%9F',
    '?',
    '#'
  ),
  nasty.map(value => encodeURIComponent(asText(value).slice(0, 500).toWellFormed()))
)

/** In a path or a query everything is text. */
function asText(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed()
}

function pathsOf(path: string, { parameters = [] }: Operation, { known, resolve }: Material): fc.Arbitrary<string> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1] ?? '')
  const pieces = names.map(name => {
    const schema = parameters.find(parameter => parameter.name === name)?.schema ?? { type: 'string' }
    return mostly(
      valuesOf(schema, resolve, known).map(value => encodeURIComponent(asText(value))),
      oddPieces
    )
  })
  const sound = fc
    .tuple(...pieces)
    .map(values => names.reduce((text, name, at) => text.replace(`{${name}}`, () => values[at] ?? ''), path))
  return mostly(
    sound,
    fc.tuple(sound, fc.constantFrom('/', '//', '/../x', '%2f', ';a=b', '\\')).map(parts => parts.join('')),
    97
  )
}

function queriesOf({ parameters = [] }: Operation, { known, resolve }: Material): fc.Arbitrary<string> {
  const pairs = parameters
    .filter(parameter => parameter.in === 'query')
    .map(({ name, schema }) => {
      const sound = valuesOf(schema, resolve, known).map(value => encodeURIComponent(asText(value)))
      return fc.option(
        mostly(sound, oddPieces).map(value => `${name}=${value}`),
        { nil: '', freq: 2 }
      )
    })
  const odd = fc.option(
    oddPieces.map(piece => `odd=${piece}`),
    { nil: '', freq: 15 }
  )
  return fc.tuple(odd, ...pairs).map(all => {
    const text = all.filter(pair => pair !== '').join('&')
    return text === '' ? '' : `?${text}`
  })
}

function credentialsOf(tokens: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
  const basic = (secret: string) => ({ authorization: `Basic ${Buffer.from(`x:${secret}`).toString('base64')}` })
  const sound = fc.tuple(fc.constantFrom(...tokens), fc.constantFrom(bearer, basic)).map(([secret, how]) => how(secret))
  const broken = fc.constantFrom<Record<string, string>>(
    {},
    bearer('wrong'),
    basic(''),
    { authorization: 'Basic %' },
    { authorization: 'x'.repeat(9000) }
  )
  return mostly(sound, broken, 90)
}

const oddHeaders = mostly<Record<string, string>>(
  fc.constant({}),
  fc.constantFrom<Record<string, string>>(
    ...[{ accept: 'text/html' }, { 'content-encoding': 'gzip' }, { 'content-encoding': 'br' }, { expect: 'a miracle' }],
    ...[
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/xml' },
      { 'content-type': '' },
      { 'content-type': '\t;' }
    ],
    ...[
      { 'x-long': 'y'.repeat(12_000) },
      { range: 'bytes=5-1' },
      { 'if-none-match': '*' },
      { cookie: '__proto__=1' },
      { host: '' }
    ],
    ...[
      { 'content-type': 'application/json; charset=utf-16' },
      { 'x-http-method-override': 'DELETE' },
      { upgrade: 'websocket' }
    ]
  ),
  90
)

interface Body {
  readonly headers: Record<string, string>
  readonly bytes?: string | Buffer
}

const noBody = fc.constant<Body>({ headers: {} })
const jsonType = { 'content-type': 'application/json' }

function bodiesOf(schema: Schema, { known, resolve }: Material): fc.Arbitrary<Body> {
  const sound = valuesOf(schema, resolve, known)
  const asJson = (value: unknown): Body => ({ headers: jsonType, bytes: JSON.stringify(value) ?? '' })
  const wrong = fc.tuple(sound, nasty, fc.nat()).map(([value, instead, where]) => spoil(value, instead, where))
  return fc.oneof(
    { arbitrary: sound.map(asJson), weight: 60 },
    { arbitrary: fc.oneof(wrong, nasty).map(asJson), weight: 25 },
    {
      arbitrary: fc.tuple(sound, fc.nat()).map(([value, where]) => unreadable(JSON.stringify(value) ?? '', where)),
      weight: 15
    }
  )
}

/** One of its properties is something else, is gone, or is one more than there should be. */
function spoil(value: unknown, instead: unknown, where: number): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return instead
  const names = Object.keys(value)
  const name = names[where % Math.max(1, names.length)] ?? 'more'
  const { [name]: inner, ...rest } = value as Record<string, unknown>
  if (where % 5 === 0) return rest
  if (where % 5 === 1) return { ...value, more: instead }
  return { ...rest, [name]: typeof inner === 'object' && inner !== null ? spoil(inner, instead, where >> 3) : instead }
}

/** What is no JSON, or not as its headers say. */
function unreadable(text: string, where: number): Body {
  const bytes = Buffer.from(text)
  const cut = where % (bytes.length + 1)
  const kinds: (() => Body)[] = [
    () => ({ headers: jsonType, bytes: bytes.subarray(0, cut) }),
    () => ({
      headers: jsonType,
      bytes: Buffer.concat([bytes.subarray(0, cut), Buffer.from([0xff, 0xfe, 0]), bytes.subarray(cut)])
    }),
    () => ({ headers: jsonType, bytes: '['.repeat(5000) + ']'.repeat(5000) }),
    () => ({ headers: { ...jsonType, 'content-encoding': 'gzip' }, bytes: gzipSync(text) }),
    () => ({ headers: jsonType, bytes: `${text}${' '.repeat(300_000)}` }),
    () => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, bytes: 'a=b' }),
    () => ({ headers: {}, bytes: text }),
    () => ({ headers: { ...jsonType, 'content-length': '7' }, bytes: '{"a":1}' }),
    () => ({ headers: jsonType, bytes: '' })
  ]
  return kinds[where % kinds.length]?.() ?? { headers: {} }
}
