/**
 * What went wrong between us and OpenStack, in terms of what may be done next.
 * - `unreachable`: nothing was sent, or nothing that matters (connection refused, 5xx on a read)
 * - `unknown`: a command was sent and its fate is not known; read back before deciding
 * - `unauthorized`, `forbidden`: credentials or roles
 * - `not-found`, `conflict`, `refused`: the service's considered answer (404, 409, other 4xx)
 * - `unsupported`: the service is too old or lacks what we need
 */
export type CloudErrorCode =
  | 'unreachable'
  | 'unknown'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'refused'
  | 'unsupported'

export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly code: CloudErrorCode
  /** The service's own id of the failed request, for its operators. */
  readonly requestId: string | undefined
  constructor(code: CloudErrorCode, message: string, options?: ErrorOptions & { requestId?: string | undefined }) {
    super(message, options)
    this.code = code
    this.requestId = options?.requestId
  }
}

/**
 * - `unreachable`: the BMC does not answer, or answers nonsense
 * - `refused`: wrong credentials, or an action that it does not offer
 * - `identity`: it answers, but as another machine than the one configured; nothing may be done
 * - `disbelieved`: whatever it answers does not count, for it was heard to lie about this host
 * - `unknown`: a command was sent and its fate is not known
 */
export type FencingErrorCode = 'unreachable' | 'refused' | 'identity' | 'disbelieved' | 'unknown'

export class FencingError extends Error {
  override readonly name = 'FencingError'
  readonly code: FencingErrorCode
  constructor(code: FencingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Another replica has taken the recovery, or may have: nothing more may be written or sent for it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** The store cannot be written or read now; whoever asked must ask again. `isFull`: until somebody makes room on its disk. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly isFull: boolean
  constructor(message: string, options?: ErrorOptions & { isFull?: boolean }) {
    super(message, options)
    this.isFull = options?.isFull ?? false
  }
}

/** A list was asked to go on from a place that we never named. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor'
}

/** All that is wrong with the configuration, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** The file, or what in it the mistakes are about. */
  readonly source: string
  readonly mistakes: readonly string[]
  constructor(source: string, mistakes: readonly string[]) {
    super(`${source}:\n${mistakes.map(mistake => `  ${mistake}`).join('\n')}`)
    this.source = source
    this.mistakes = mistakes
  }
}

/** The message of whatever was thrown, for a log line or a timeline. */
export function messageOf(thrown: unknown): string {
  return Error.isError(thrown) ? thrown.message : String(thrown)
}
