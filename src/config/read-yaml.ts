import { parseDocument } from 'yaml'
import { messageOf } from '../errors.ts'
import { dotted, type Path } from './paths.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface ReadYaml {
  readonly value: unknown
  /** Paths whose whole value came out of the environment: text that may be meant as a number. */
  readonly fromEnvironment: ReadonlySet<string>
  readonly mistakes: readonly string[]
}

/** YAML with `${NAME}` replaced in every text. It is replaced after parsing, so no value can break the file's structure. */
export function readYaml(text: string, env: Environment): ReadYaml {
  const fromEnvironment = new Set<string>()
  const mistakes: string[] = []

  function fill(value: unknown, path: Path): unknown {
    if (Array.isArray(value)) return value.map((item, index) => fill(item, [...path, index]))
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, [...path, key])]))
    }
    if (typeof value !== 'string') return value
    if (/^\$\{\w+\}$/.test(value)) fromEnvironment.add(dotted(path))
    // `$${` is the way to write `${` itself.
    return value.replaceAll(/\$?\$\{(?:([A-Za-z_]\w*)\})?/g, (found, name: string | undefined) => {
      if (found.startsWith('$$')) return found.slice(1)
      if (name === undefined) {
        mistakes.push(
          `${dotted(path)}: after ${'$'}{ must come the name of an environment variable and }; to have ${'$'}{ itself, write ${'$'}${'$'}{`
        )
        return found
      }
      if (env[name] === undefined) mistakes.push(`${dotted(path)}: the environment variable ${name} is not set`)
      return env[name] ?? ''
    })
  }

  const parsed = parse(text)
  if ('mistakes' in parsed) return { value: undefined, fromEnvironment, mistakes: parsed.mistakes }
  return { value: fill(parsed.value, []), fromEnvironment, mistakes }
}

function parse(text: string): { readonly value: unknown } | { readonly mistakes: readonly string[] } {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true })
  if (document.errors.length > 0) {
    return {
      mistakes: document.errors.map(error => {
        const twice = error.code === 'DUPLICATE_KEY' ? /^[\w.-]{1,63}/.exec(text.slice(error.pos[0]))?.[0] : undefined
        const what = twice === undefined ? withoutSource(error.message) : `"${twice}" stands there twice in one group`
        return `line ${lineOf(text, error.pos[0])}: ${what}`
      })
    }
  }
  try {
    // Few aliases are plenty for a file that people write; many are an attack on memory.
    return { value: document.toJS({ maxAliasCount: 100 }) }
  } catch (error) {
    return { mistakes: [withoutSource(messageOf(error))] }
  }
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/**
 * The library quotes the file in some messages, and what it quotes may be a secret: a colon that follows a word, and some
 * words, introduce such a quotation. Other colons are what the message is about ("Missing , or : between flow map items").
 */
function withoutSource(message: string): string {
  return message
    .replace(/(?<=\S):\s.*$/s, '')
    .replace(/(escape sequence|directive|YAML version) .*$/s, '$1')
    .replace(/^The .* tag has no suffix/s, 'The tag has no suffix')
    .replace(/, so .* is invalid\.?$/s, '')
    .replaceAll(/"[^"]*"/g, '"…"')
}
