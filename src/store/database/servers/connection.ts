import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { Limits } from '../dialect.ts'
import { sayFailure } from './advice.ts'
import { inTime, OutOfReach, type Session } from './session.ts'

/** How a server's errors are told apart. */
export interface ErrorRules {
  /** The server itself said it: it is not the way to it that failed. */
  isAnswer(error: unknown): boolean
  /** It said that it can't serve now. */
  isUnavailable(error: unknown): boolean
  /** What to do about it, if the server said it and it is known. */
  advice(error: unknown): string | undefined
}

interface Parts {
  readonly session: Session
  /** HOST:PORT of the server, for people. */
  readonly name: string
  readonly rules: ErrorRules
  readonly limits: Limits
  /** Hears of a statement that was not answered in time. */
  readonly onSilence: () => void
}

/** A session with a time limit on each statement, which is used no more after the first sign of trouble. */
export class Connection implements DatabaseConnection {
  readonly #parts: Parts
  #isUsable = true

  constructor(parts: Parts) {
    this.#parts = parts
    parts.session.onEnd(() => {
      this.#isUsable = false
    })
  }

  get isUsable(): boolean {
    return this.#isUsable
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { session, name, rules, limits, onSilence } = this.#parts
    if (!this.#isUsable) throw new OutOfReach(`${name}: the connection to the database was lost`)
    try {
      const asked = session.query(sql, parameters)
      const what = `${name}: the database did not answer`
      const { rows, affected } = await inTime(limits.statementMs, what, asked, () => {
        this.destroy()
        onSilence()
      })
      return { rows: rows as R[], ...(affected !== undefined && { numAffectedRows: BigInt(affected) }) }
    } catch (error) {
      if (rules.isAnswer(error) && !rules.isUnavailable(error)) throw error
      this.destroy()
      if (error instanceof OutOfReach) throw error
      throw new OutOfReach(`${name}: ${sayFailure(error, rules.advice(error))}`, { cause: error })
    }
  }

  streamQuery(): never {
    throw new Error('the store reads no streams')
  }

  end(): void {
    if (this.#isUsable) this.#parts.session.end()
    this.#isUsable = false
  }

  destroy(): void {
    this.#isUsable = false
    this.#parts.session.destroy()
  }
}
