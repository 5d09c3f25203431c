import { destination, type Logger, pino, stdTimeFunctions } from 'pino'

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
  const out = destination({ dest: file ?? standardOutput, sync: true })
  // Whoever read our lines may be gone (`serve | tee`): that loses lines, and must keep us neither from working nor from ending.
  out.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return pino(options, out)
}

/** For commands whose answer is what they print. */
export function createSilentLogger(): Logger {
  return pino({ level: 'silent' })
}
