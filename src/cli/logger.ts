import { type Logger, pino, stdTimeFunctions } from 'pino'

const secretKeys = ['secret', 'password', 'token', 'authorization', 'x-auth-token', 'x-subject-token']

/** JSON lines to stdout, times as people read them. Secrets have no business in a log; should one get there, it is blotted out. */
export function createLogger(level: string): Logger {
  const paths = secretKeys.flatMap(key => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`])
  return pino({
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
    redact: { paths, censor: '***' }
  })
}

/** For commands whose answer is what they print. */
export function createSilentLogger(): Logger {
  return pino({ level: 'silent' })
}
