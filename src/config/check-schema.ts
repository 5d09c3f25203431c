import { Ajv2020 } from 'ajv/dist/2020.js'
import schema from '../../schemas/config.json' with { type: 'json' }
import type { ConfigFile } from '../schemas/config.d.ts'
import { dotted, type Path, pathOf } from './paths.ts'
import type { ReadYaml } from './read-yaml.ts'
import { sentenceOf } from './sentence.ts'
import { putStandIns } from './stand-ins.ts'

type Fields = Record<string | number, unknown>

const ajv = new Ajv2020({
  ...{ allErrors: true, useDefaults: true, verbose: true, strict: true },
  ...{ allowUnionTypes: true, discriminator: true }
})
const isConfigFile = ajv.compile<ConfigFile>(schema)

export interface Checked {
  readonly mistakes: readonly string[]
  /** Defaults filled in. With mistakes what is right in it, or nothing where too little is. */
  readonly file?: ConfigFile
}

/** The file as its schema wants it, and every mistake with its path and what is expected, never a value. */
export function checkSchema({ value, fromEnvironment }: Pick<ReadYaml, 'value' | 'fromEnvironment'>): Checked {
  const file = structuredClone(value)
  if (isConfigFile(file)) return { mistakes: [], file }
  // All that the environment holds is text: where the schema wants something else, that is what was meant.
  const texts = (isConfigFile.errors ?? []).filter(
    ({ keyword, instancePath }) => keyword === 'type' && fromEnvironment.has(dotted(pathOf(instancePath, file)))
  )
  for (const { instancePath, params } of texts) convert(file, pathOf(instancePath, file), params.type)
  if (texts.length > 0 && isConfigFile(file)) return { mistakes: [], file }
  const mistakes = (isConfigFile.errors ?? []).flatMap(
    error => sentenceOf(error, dotted(pathOf(error.instancePath, file))) ?? []
  )
  // Without a mistake a file with stand-ins would be taken for the operator's.
  if (mistakes.length === 0) return { mistakes: ['the file: is not as schemas/config.json has it'] }
  return { mistakes: [...new Set(mistakes)], ...rightOf(file) }
}

/** Once for what is no setting, once for what is wrong, and once for what that was needed by. */
const standInRounds = 3

function rightOf(file: unknown): Pick<Checked, 'file'> {
  for (let round = 0; round < standInRounds; round++) {
    putStandIns(file, isConfigFile.errors ?? [])
    if (isConfigFile(file)) return { file }
  }
  return {}
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
