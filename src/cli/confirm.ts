import { createInterface } from 'node:readline/promises'
import { ConfigError } from '../errors.ts'

/** Asks on the terminal. Throws ConfigError when there is none. */
export async function confirmed(command: string, question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new ConfigError(command, ['there is nobody to ask: add --yes'])
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
