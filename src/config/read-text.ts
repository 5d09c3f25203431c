import { readFileSync } from 'node:fs'
import { ConfigError, messageOf } from '../errors.ts'

/** Throws ConfigError, which names the file and says why. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(path, [`can't be read: ${messageOf(error)}`])
  }
}
