import fc from 'fast-check'

/** A schema of /openapi.json, as far as it is needed to make values of it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
}

type Resolve = (ref: string) => Schema

/** What some text is by chance: names and ids that the service knows, so that requests get beyond the door. */
export type Known = () => readonly string[]

/** Values of the schema. */
export function valuesOf(schema: Schema, resolve: Resolve, known: Known, depth = 0): fc.Arbitrary<unknown> {
  const of = (inner: Schema) => valuesOf(inner, resolve, known, depth + 1)
  if (schema.$ref !== undefined) return of(resolve(schema.$ref))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const choices = schema.oneOf ?? schema.anyOf
  if (choices !== undefined && depth < 6) return fc.oneof(...choices.map(of))
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map(type => of({ ...schema, type })))
  return plainValues(schema, of, known, depth)
}

function plainValues(
  schema: Schema,
  of: (inner: Schema) => fc.Arbitrary<unknown>,
  known: Known,
  depth: number
): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'string':
      return texts(schema, known)
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1000 })
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(depth > 6 ? fc.constant(null) : of(schema.items ?? {}), { maxLength: 4 })
    case 'object': {
      const properties = Object.entries(schema.properties ?? {})
      const model = Object.fromEntries(properties.map(([name, inner]) => [name, of(inner)]))
      const requiredKeys = (schema.required ?? []).filter(name => name in model)
      return fc.record(model, { requiredKeys })
    }
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function texts({ minLength = 0, maxLength = 300, format }: Schema, known: Known): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true, min: new Date(0) }).map(date => date.toISOString())
  const any = fc.string({ minLength, maxLength: Math.min(maxLength, 300), unit: 'grapheme' })
  return fc.oneof(
    any,
    fc.nat().map(number => pick(known(), number) ?? 'compute-01')
  )
}

function pick<T>(list: readonly T[], number: number): T | undefined {
  return list[number % Math.max(1, list.length)]
}

const halfACharacter = String.fromCharCode(0xd800)

/** Values that programs stumble over. */
export const nasty: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    '\0',
    `a\0b`,
    halfACharacter,
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '%00',
    '%',
    "'; DROP--"
  ),
  fc.constantFrom<unknown>(null, true, -1, 0, 1e308, 2 ** 53, -0.5, [], {}, [[]], 'x'.repeat(300), 'x'.repeat(20_000)),
  fc.constantFrom<unknown>(
    { __proto__: { a: 1 } },
    JSON.parse('{"__proto__": {"a": 1}, "constructor": {"prototype": {}}}')
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 4 })
)
