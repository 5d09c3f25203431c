import { CloudError } from '../../errors.ts'

/**
 * Makes `work` a thing that runs once at a time: whoever asks while it runs waits for the same result. A caller's
 * signal ends only that caller's waiting (CloudError `unreachable`), never the work that others wait for; one that is
 * aborted already begins none.
 */
export function singleFlight<T>(work: () => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let flight: Promise<T> | undefined
  return async signal => {
    throwIfAborted(signal)
    flight ??= work().finally(() => {
      flight = undefined
    })
    return await (signal === undefined ? flight : untilAborted(flight, signal))
  }
}

/** The promise's result, or a CloudError `unreachable` as soon as `signal` is aborted. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Nobody may be left to hear of a failure that comes after the abort.
  promise.catch(() => {})
  throwIfAborted(signal)
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(givenUp(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Throws CloudError `unreachable` when nothing must be sent any more. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw givenUp(signal)
}

function givenUp(signal: AbortSignal): CloudError {
  const isLate = Error.isError(signal.reason) && signal.reason.name === 'TimeoutError'
  const what = isLate ? 'no time was left' : 'given up'
  return new CloudError('unreachable', `${what} before anything was sent`, { cause: signal.reason })
}
