import { openSync } from 'node:fs'
import { type Logger, pino, stdTimeFunctions } from 'pino'
import { createLineWriter } from './log-lines.ts'

const standardOutput = 1
const secretKeys = ['secret', 'password', 'token', 'authorization', 'x-auth-token', 'x-subject-token']

/**
 * JSON lines to stdout (or to a file), times as people read them. Secrets have no business in a log; should one get there,
 * it is blotted out.
 */
export function createLogger(level: string, file?: string): Logger {
  const paths = secretKeys.flatMap(key => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`])
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '***' }
  }
  return pino(options, createLineWriter(file === undefined ? standardOutput : openSync(file, 'a')))
}

/** For commands whose answer is what they print. */
export function createSilentLogger(): Logger {
  return pino({ level: 'silent' })
}
