import type { CloudError, FencingError } from '../../errors.ts'

/** Why an agent has not proven a host off. `not-off`: it answers with something else. `alive`: it says off, and the host shows life. */
export interface FenceFailure {
  readonly code: (CloudError | FencingError)['code'] | 'not-off' | 'alive'
  /** For people; nothing is decided by it. */
  readonly why: string
}

export function failureOf({ code, message }: CloudError | FencingError): FenceFailure {
  return { code, why: code === 'disbelieved' ? message : `${code}: ${message}` }
}

/** Wrong credentials or the wrong machine do not mend themselves, and repeating them locks accounts; nor does a lie. */
export function isFinal({ code }: FenceFailure): boolean {
  return code === 'refused' || code === 'identity' || code === 'disbelieved'
}

/** Nothing came back: it may be the link. */
export function isSilence({ code }: FenceFailure): boolean {
  return code === 'unreachable' || code === 'unknown'
}
