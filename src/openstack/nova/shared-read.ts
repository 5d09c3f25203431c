import type { Clock } from '../../clock.ts'
import { CloudError } from '../../errors.ts'

/** A request that is longer on its way than this keeps the next one no more: it may never be answered. */
const patienceMs = 1000

/**
 * One request for all who ask at the same time: a storm of alarms has hundreds of recoveries look at once, each at all hosts.
 * Nobody gets an answer whose request was sent before they asked; so who comes while one is under way shares the next one.
 * Throws CloudError `unreachable` when `signal` is aborted; the others' request goes on.
 */
export function createSharedRead<T>(clock: Clock, read: () => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let running: Promise<void> | undefined
  let next: Promise<T> | undefined

  function begin(): Promise<T> {
    const reading = read()
    const ended = reading.then(
      () => undefined,
      () => undefined
    )
    running = ended
    void ended.then(() => {
      if (running === ended) running = undefined
    })
    return reading
  }

  async function beginAfter(before: Promise<void>): Promise<T> {
    const over = new AbortController()
    await Promise.race([before, clock.sleep(patienceMs, over.signal)])
    over.abort()
    next = undefined
    return await begin()
  }

  return async signal => {
    if (signal?.aborted === true) throw new CloudError('unreachable', 'given up')
    if (running === undefined) return await unlessAborted(begin(), signal)
    next ??= beginAfter(running)
    return await unlessAborted(next, signal)
  }
}

async function unlessAborted<T>(reading: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await reading
  const { promise: givenUp, reject } = Promise.withResolvers<never>()
  const giveUp = () => reject(new CloudError('unreachable', 'given up', { cause: signal.reason }))
  signal.addEventListener('abort', giveUp)
  try {
    return await Promise.race([reading, givenUp])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
