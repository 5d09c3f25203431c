import type { ErrorObject } from 'ajv/dist/2020.js'
import schema from '../../schemas/config.json' with { type: 'json' }
import { suggestion } from '../core/closest.ts'

/** What the schema's mistake means for whoever wrote the file, never with a value; `undefined` for what only repeats another mistake. */
export function sentenceOf(error: ErrorObject, path: string, noun = 'setting'): string | undefined {
  const { keyword, params, parentSchema } = error
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  // Said of the name as a whole, below.
  if (error.schemaPath.includes('/propertyNames/')) return undefined
  const known = Object.keys((parentSchema?.properties ?? {}) as object)
  switch (keyword) {
    case 'additionalProperties':
      return `${at(params.additionalProperty)}: is no ${noun}${suggestion(params.additionalProperty, known) || listOf(known)}`
    case 'required':
      return `${at(params.missingProperty)}: is missing${hint(parentSchema, params.missingProperty)}`
    case 'type':
      if (isOtherShape(error)) return undefined
      return `${path || 'the file'}: must be ${typeWords[params.type] ?? params.type}`
    case 'enum':
      return `${path}: must be one of ${params.allowedValues.join(', ')}`
    case 'const':
      if (isOtherShape(error)) return undefined
      return `${path}: must be ${params.allowedValue}`
    case 'pattern':
      return `${path}: must be like ${examples[params.pattern] ?? params.pattern}`
    case 'discriminator':
      return `${at(params.tag)}: must be one of ${tagsOf(parentSchema, params.tag).join(', ')}`
    case 'anyOf':
      return plainShapes(parentSchema) === undefined ? undefined : `${path}: must be ${plainShapes(parentSchema)}`
    case 'propertyNames':
      return `${path}: a name must be like ${examples[namePattern(parentSchema)]}`
    case 'minProperties':
    case 'maxProperties':
      return `${path}: must have exactly one of ${known.join(', ')}`
    case 'uniqueItems':
      return `${path}: has the same twice (the entries ${params.j + 1} and ${params.i + 1})`
    case 'minItems':
      return `${path}: must have at least ${params.limit === 1 ? 'one entry' : `${params.limit} entries`}`
    default:
      return `${path}: ${error.message ?? keyword}`
  }
}

/** Where nothing is like it: what there is. */
function listOf(known: readonly string[]): string {
  return known.length === 0 || known.length > listedMax ? '' : ` (there are ${known.join(', ')})`
}

const listedMax = 12

function namePattern(parentSchema: ErrorObject['parentSchema']): string {
  const names = parentSchema?.propertyNames as { readonly pattern?: string } | undefined
  return names?.pattern ?? ''
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text (in quotes, if it looks like a number)',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings'
}

const examples: Readonly<Record<string, string>> = {
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$': '"rack-a" (letters, digits, dot, dash and underscore, at most 63)',
  '^[A-Za-z_][A-Za-z0-9_]{0,62}$': '"freeze" (letters, digits and underscore, at most 63)',
  '^[1-9][0-9]{0,4}[hdwy]$': '12h, 90d, 6w or 2y',
  '^https?://[^/@\\s]+/?$': 'https://{host}-bmc.example:8443 (no path, no password)',
  '^https?://[^/?#@]+[^?#]*$': 'https://switchover.example:8787 (no user, no query)',
  '^[^\\s/@-][^\\s/@]*$': '{host}-bmc.example or 10.1.0.11:623 (no user, no path)',
  '^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$': '4c4c4544-0042-3510-8057-b7c04f4d3532',
  '^[A-Z][A-Z0-9_]{0,63}$': '"PDU_PASSWORD" (capitals, digits and underscore)',
  '\\{host\\}': '"host-down-{host}": {host} stands for the service host',
  '^https?://\\S+$': 'https://example.org/hook',
  '^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$': 'the 64 hex digits of a SHA-256'
}

interface Described {
  readonly enum?: readonly unknown[]
  readonly description?: string
}

/** What a missing setting is for. */
function hint(parentSchema: ErrorObject['parentSchema'], key: string): string {
  const described = (parentSchema?.properties as Record<string, Described> | undefined)?.[key]
  if (described?.enum !== undefined) return ` (one of ${described.enum.join(', ')})`
  // The first sentence, which goes on in our own: only its first letter becomes small.
  const [first] = described?.description?.split(/\.(?=\s|$)/, 1) ?? []
  return first === undefined ? '' : ` (${first.replace(/^[A-Z](?=[a-z\s])/, letter => letter.toLowerCase())})`
}

/** Of the shapes that a value may have: that it is not the one says nothing where it was meant to be the other. */
function isOtherShape({ schemaPath, params, data }: ErrorObject): boolean {
  if (/\/anyOf\/\d+\/(const|type|minimum|maximum)$/.test(schemaPath) && !schemaPath.includes('/items/')) return true
  if (!/\/anyOf\/\d+\/type$|\/\$defs\/fencingStep\/type$/.test(schemaPath)) return false
  return typeof data === 'object' ? params.type !== 'object' : typeof data === 'string' && params.type !== 'string'
}

/** "all or a whole number"; undefined for shapes with mistakes of their own. */
function plainShapes(parentSchema: ErrorObject['parentSchema']): string | undefined {
  const shapes = (parentSchema?.anyOf ?? []) as readonly { const?: string; type?: string; $ref?: string }[]
  if (shapes.some(shape => shape.$ref !== undefined)) return undefined
  return shapes.map(shape => shape.const ?? typeWords[shape.type ?? ''] ?? shape.type).join(' or ')
}

/** What `type` may be of the shapes of a group of settings. */
function tagsOf(parentSchema: ErrorObject['parentSchema'], tag: string): string[] {
  const shapes = (parentSchema?.oneOf ?? []) as readonly { readonly $ref: string }[]
  return shapes.flatMap(({ $ref }) => {
    const name = $ref.slice($ref.lastIndexOf('/') + 1) as keyof typeof schema.$defs
    const shape = schema.$defs[name] as { readonly properties?: Readonly<Record<string, { readonly const?: string }>> }
    return shape.properties?.[tag]?.const ?? []
  })
}
