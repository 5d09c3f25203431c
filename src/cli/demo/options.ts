import { ConfigError } from '../../errors.ts'

/** As the command line gives them. */
export interface DemoWords {
  readonly hosts?: string
  readonly servers: string
  readonly seed: string
  readonly port?: string
  readonly scenario?: string
  readonly serve?: boolean
  readonly plain?: boolean
  readonly capture?: string
}

export interface DemoOptions {
  /** Compute hosts in all; the last is the spare, or the last four with `serve`. */
  readonly hosts: number
  readonly servers: number
  readonly seed: number
  /** Of the service; any free one if left out. */
  readonly port?: number
  /** A scenario's folder, in place of hosts, servers and seed. */
  readonly scenario?: string
  readonly serve: boolean
  readonly plain: boolean
  /** Where a picture of the terminal is written. */
  readonly capture?: string
}

const limits = {
  hosts: [2, 500],
  servers: [1, 20_000],
  seed: [0, 2 ** 31],
  port: [1, 65_535]
} as const

/** Throws ConfigError with all that is wrong. */
export function demoOptions(words: DemoWords): DemoOptions {
  const mistakes: string[] = []
  const whole = (name: keyof typeof limits, text: string): number => {
    const [least, most] = limits[name]
    const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= least && number <= most)) mistakes.push(`--${name} must be a whole number from ${least} to ${most}`)
    return number
  }
  const { hosts, port, scenario, capture, serve = false, plain = false } = words
  const options: DemoOptions = {
    hosts: hosts === undefined ? (serve ? 9 : 6) : whole('hosts', hosts),
    servers: whole('servers', words.servers),
    seed: whole('seed', words.seed),
    ...(port === undefined ? {} : { port: whole('port', port) }),
    ...(scenario === undefined ? {} : { scenario }),
    ...(capture === undefined ? {} : { capture }),
    serve,
    plain
  }
  if (serve && capture !== undefined) mistakes.push('--capture is for a demo that ends: leave --serve out')
  if (mistakes.length > 0) throw new ConfigError('demo', mistakes)
  return options
}
