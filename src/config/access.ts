import { ConfigError } from '../errors.ts'
import type { ConfigFile } from '../schemas/config.d.ts'
import { checkSchema } from './check-schema.ts'
import { readText } from './read-text.ts'
import { type Environment, readYaml } from './read-yaml.ts'

type Operator = ConfigFile['auth']['operators']['tokens'][number]

/** How people reach the service that a file configures. */
export interface ConfiguredAccess {
  readonly listen: ConfigFile['listen']
  /** Those whose secret is there. */
  readonly operators: readonly Operator[]
  /** Why others are not. */
  readonly mistakes: readonly string[]
}

/** Reads only what is needed to speak to the service: a variable that only the service has is missed by nobody. Throws ConfigError. */
export function loadAccess(path: string, env: Environment): ConfiguredAccess {
  const read = readYaml(readText(path), env)
  const { file, mistakes: ofSchema } = read.value === undefined ? { mistakes: [] } : checkSchema(read)
  const mistakes = [...read.mistakes, ...ofSchema]
  const wrong = mistakes.filter(mistake => mistake.startsWith('listen'))
  if (file === undefined || wrong.length > 0) throw new ConfigError(path, wrong.length > 0 ? wrong : mistakes)
  const ofOperators = mistakes.filter(mistake => /^auth(\.operators)?\b(?!\.alarms)/.test(mistake))
  const isWrong = (index: number) => ofOperators.some(mistake => mistake.startsWith(`auth.operators.tokens[${index}]`))
  // As it stands in the file: what is wrong there was replaced by something else.
  const { auth } = read.value as { readonly auth?: { readonly operators?: { readonly tokens?: unknown } } }
  const tokens = Array.isArray(auth?.operators?.tokens) ? (auth.operators.tokens as Operator[]) : []
  return { listen: file.listen, operators: tokens.filter((_, index) => !isWrong(index)), mistakes: ofOperators }
}
