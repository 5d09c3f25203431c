import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { messageOf } from '../../../errors.ts'
import type { Limits } from '../dialect.ts'
import { inTime, OutOfReach, type Session } from './session.ts'

/** How a server's errors are told apart. */
export interface ErrorRules {
  /** The server itself said it: it is not the way to it that failed. */
  isAnswer(error: unknown): boolean
  /** It said that it can't serve now. */
  isUnavailable(error: unknown): boolean
}

/** A session with a time limit on each statement, which is used no more after the first sign of trouble. */
export class Connection implements DatabaseConnection {
  readonly #session: Session
  readonly #rules: ErrorRules
  readonly #limits: Limits
  readonly #onSilence: () => void
  #isUsable = true

  /** `onSilence` hears of a statement that was not answered in time. */
  constructor(session: Session, rules: ErrorRules, limits: Limits, onSilence: () => void) {
    this.#session = session
    this.#rules = rules
    this.#limits = limits
    this.#onSilence = onSilence
    session.onEnd(() => {
      this.#isUsable = false
    })
  }

  get isUsable(): boolean {
    return this.#isUsable
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    if (!this.#isUsable) throw new OutOfReach('the connection to the database was lost')
    try {
      const asked = this.#session.query(sql, parameters)
      const { rows, affected } = await inTime(this.#limits.statementMs, 'the database did not answer', asked, () => {
        this.destroy()
        this.#onSilence()
      })
      return { rows: rows as R[], ...(affected !== undefined && { numAffectedRows: BigInt(affected) }) }
    } catch (error) {
      if (this.#rules.isAnswer(error) && !this.#rules.isUnavailable(error)) throw error
      this.destroy()
      throw this.#rules.isAnswer(error) || error instanceof OutOfReach
        ? error
        : new OutOfReach(messageOf(error), { cause: error })
    }
  }

  streamQuery(): never {
    throw new Error('the store reads no streams')
  }

  end(): void {
    if (this.#isUsable) this.#session.end()
    this.#isUsable = false
  }

  destroy(): void {
    this.#isUsable = false
    this.#session.destroy()
  }
}
