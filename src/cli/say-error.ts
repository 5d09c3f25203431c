import { ConfigError, messageOf } from '../errors.ts'

/** The world's refusals are a sentence each; what is our own mistake comes with where it happened. */
export function sayError(error: unknown): string {
  if (isExpected(error) || !Error.isError(error)) {
    const isOneSentence = error instanceof ConfigError && error.mistakes.length === 1
    return isOneSentence ? messageOf(error).replace(':\n  ', ': ') : messageOf(error)
  }
  return error.stack ?? error.message
}

export function isExpected(error: unknown): boolean {
  return error instanceof ConfigError || (Error.isError(error) && 'code' in error)
}
