import type { PowerReading } from '../../core/recovery.ts'
import { FencingError } from '../../errors.ts'
import type { Ran } from '../../run-program.ts'

/** What `status` printed. */
export interface Status {
  readonly power: PowerReading['power']
  readonly identity?: string
}

const identityMax = 256
const powers: readonly unknown[] = ['on', 'off', 'changing'] satisfies PowerReading['power'][]

/**
 * The JSON that `status` printed, as it is. Throws FencingError `unreachable` for anything else, also for a power of `unknown`;
 * `blot` takes secrets out of what that quotes.
 */
export function statusOf(host: string, stdout: string, blot: (text: string) => string): Status {
  const said = parse(host, stdout, blot)
  const { power, identity } = said
  if (!powers.includes(power)) {
    const shown = typeof power === 'string' ? blot(power).slice(0, 40) : typeof power
    throw new FencingError('unreachable', `${host}: its command says power ${shown}, not on, off or changing`)
  }
  if (identity !== undefined && (typeof identity !== 'string' || identity === '' || identity.length > identityMax)) {
    throw new FencingError(
      'unreachable',
      `${host}: its command says an identity that is no text of 1 to ${identityMax}`
    )
  }
  return { power: power as PowerReading['power'], ...(identity === undefined ? {} : { identity }) }
}

function parse(host: string, stdout: string, blot: (text: string) => string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(stdout)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // The parser's own sentence quotes a piece of the text: maybe half of a secret, which nothing would recognise.
    const said = blot(stdout).trim().split('\n', 1)[0]?.slice(0, 80)
    throw new FencingError('unreachable', `${host}: its command printed no JSON: ${said || 'nothing'}`)
  }
  throw new FencingError('unreachable', `${host}: its command printed JSON that is no object`)
}

/** Exit statuses of the contract; every other but 0 means that it failed, and nobody knows how far it came. */
const meanings: Readonly<Record<number, readonly ['refused' | 'identity' | 'unreachable', string]>> = {
  3: ['refused', 'it was refused'],
  4: ['identity', 'it is another machine'],
  5: ['unreachable', 'nothing was done']
}

/** Why a call did not succeed; undefined when it did. `blot` takes secrets out of what it wrote to stderr. */
export function failureOf(
  host: string,
  verb: 'status' | 'off',
  ran: Ran,
  blot: (text: string) => string
): FencingError | undefined {
  if (ran.ended === 'unstarted') {
    const why = `${host}: the command can't be run: ${ran.why}`
    return new FencingError(ran.isMissing ? 'refused' : 'unreachable', why)
  }
  const lost = verb === 'off' ? 'unknown' : 'unreachable'
  // Before it is cut into lines: a secret may have several.
  const last = (blot(ran.stderr).trim().split('\n').at(-1) ?? '').slice(0, 200)
  const said = last === '' ? '' : `: ${last}`
  if (ran.ended === 'killed') return new FencingError(lost, `${host}: ${verb}: ${ran.why}${said}`)
  if (ran.code === 0) return undefined
  const [code, what] = meanings[ran.code] ?? [lost, 'it failed']
  return new FencingError(code, `${host}: ${verb} ended with ${ran.code}, ${what}${said}`)
}
