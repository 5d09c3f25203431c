/** A word of the lab that cannot be obeyed: what is said on stderr, with exit status 1. */
export class LabError extends Error {
  override readonly name = 'LabError'
}

export interface Words {
  /** Those that are no options, in order. */
  readonly plain: readonly string[]
  /** The value of `--name VALUE`. */
  option(name: string): string | undefined
  number(name: string): number | undefined
  /** `--name` alone. */
  flag(name: string): boolean
}

/** `flags`: options that take no value. */
export function readWords(words: readonly string[], flags: readonly string[]): Words {
  const plain: string[] = []
  const options = new Map<string, string>()
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (!word.startsWith('--')) plain.push(word)
    else if (flags.includes(word.slice(2))) options.set(word.slice(2), '')
    else {
      const value = words[++index]
      if (value === undefined) throw new LabError(`${word} wants a value`)
      options.set(word.slice(2), value)
    }
  }
  const number = (name: string): number | undefined => {
    const text = options.get(name)
    if (text === undefined) return undefined
    if (!/^\d+(\.\d+)?$/.test(text)) throw new LabError(`--${name} wants a number`)
    return Number(text)
  }
  return { plain, option: name => options.get(name), number, flag: name => options.has(name) }
}
