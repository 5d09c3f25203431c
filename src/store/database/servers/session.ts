import { TLSSocket } from 'node:tls'

/** What a statement gave: rows, or how many rows it met. */
export interface Answer {
  readonly rows: unknown[]
  readonly affected?: number | undefined
}

/** One connection to a database server, as its client library gives it. */
export interface Session {
  query(text: string, values: readonly unknown[]): Promise<Answer>
  /** The version of TLS, if the connection is encrypted. */
  encryption(): string | undefined
  /** Calls `heard` when the connection has ended, by whomever. */
  onEnd(heard: () => void): void
  /** With a word to the server. */
  end(): void
  /** At once, whatever is under way. */
  destroy(): void
}

/** The server did not answer, or the way to it broke: what became of the statement is not known. */
export class OutOfReach extends Error {
  override readonly name = 'OutOfReach'
}

/** What was thrown, or what it was thrown for. */
export function causeOf(error: unknown): unknown {
  return error instanceof OutOfReach && error.cause !== undefined ? error.cause : error
}

/** Its way to the server is encrypted if its socket says so. */
export function encryptionOf(socket: unknown): string | undefined {
  return socket instanceof TLSSocket ? (socket.getProtocol() ?? undefined) : undefined
}

/** `work`, or OutOfReach after `ms`; then `giveUp` ends what it is about. */
export async function inTime<T>(ms: number, what: string, work: Promise<T>, giveUp: () => void): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new OutOfReach(`${what} within ${ms / 1000} s`))
    giveUp()
  }, ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // The loser of the race may fail as well, and nobody is left to hear of it.
    work.catch(() => undefined)
  }
}
