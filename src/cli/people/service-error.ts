/**
 * Why the service gave no answer that helps, and what to do.
 * - `unreachable`: nothing was sent, or nothing that matters
 * - `unknown`: a deed was sent, and it is not known what became of it
 * - `refused`: its own answer (4xx, 5xx), in its own words; `status` has the number
 * - `strange`: what answers there is no Switchover, or one of another version
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: 'unreachable' | 'unknown' | 'refused' | 'strange'
  readonly status: number | undefined
  constructor(code: ServiceError['code'], message: string, status?: number) {
    super(message)
    this.code = code
    this.status = status
  }
}
