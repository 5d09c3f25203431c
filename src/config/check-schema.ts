import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import schema from '../../schemas/config.json' with { type: 'json' }
import { suggestion } from '../core/closest.ts'
import type { ConfigFile } from '../schemas/config.d.ts'
import { dotted, type Path, pathOf } from './paths.ts'
import type { ReadYaml } from './read-yaml.ts'

type Fields = Record<string | number, unknown>

const ajv = new Ajv2020({ allErrors: true, useDefaults: true, verbose: true, strict: true })
const isConfigFile = ajv.compile<ConfigFile>(schema)

/** The file as its schema wants it, defaults filled in; or every mistake with its path and what is expected, never a value. */
export function checkSchema({
  value,
  fromEnvironment
}: Pick<ReadYaml, 'value' | 'fromEnvironment'>): ConfigFile | readonly string[] {
  const file = structuredClone(value)
  if (isConfigFile(file)) return file
  // All that the environment holds is text: where the schema wants something else, that is what was meant.
  const texts = (isConfigFile.errors ?? []).filter(
    ({ keyword, instancePath }) => keyword === 'type' && fromEnvironment.has(dotted(pathOf(instancePath, file)))
  )
  for (const { instancePath, params } of texts) convert(file, pathOf(instancePath, file), params.type)
  if (texts.length > 0 && isConfigFile(file)) return file
  return [
    ...new Set(
      (isConfigFile.errors ?? []).flatMap(error => sentenceOf(error, dotted(pathOf(error.instancePath, file))) ?? [])
    )
  ]
}

function convert(file: unknown, path: Path, type: unknown): void {
  const last = path.at(-1) ?? ''
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Fields)[key], file) as Fields
  const value = convertedTo(type, String(parent[last]).trim())
  if (value !== undefined) parent[last] = value
}

function convertedTo(type: unknown, text: string): number | boolean | undefined {
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  if ((type === 'integer' || type === 'number') && /^-?\d+$/.test(text)) return Number(text)
  return undefined
}

/** `undefined` for what only repeats another mistake. */
function sentenceOf(error: ErrorObject, path: string): string | undefined {
  const { keyword, params, parentSchema } = error
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  // Said of the name as a whole, below.
  if (error.schemaPath.includes('/propertyNames/')) return undefined
  const known = Object.keys((parentSchema?.properties ?? {}) as object)
  switch (keyword) {
    case 'additionalProperties':
      return `${at(params.additionalProperty)}: is no setting${suggestion(params.additionalProperty, known)}`
    case 'required':
      return `${at(params.missingProperty)}: is missing${hint(parentSchema, params.missingProperty)}`
    case 'type':
      return `${path || 'the file'}: must be ${typeWords[params.type] ?? params.type}`
    case 'enum':
      return `${path}: must be one of ${params.allowedValues.join(', ')}`
    case 'const':
      return `${path}: must be ${params.allowedValue}`
    case 'pattern':
      return `${path}: must be like ${examples[params.pattern] ?? params.pattern}`
    case 'propertyNames':
      return `${path}: a name must be like ${examples[namePattern(parentSchema)]}`
    case 'minProperties':
    case 'maxProperties':
      return `${path}: must have exactly one of ${known.join(', ')}`
    default:
      return `${path}: ${error.message ?? keyword}`
  }
}

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
  return described?.description === undefined ? '' : ` (${described.description.replace(/[.:].*$/s, '').toLowerCase()})`
}
