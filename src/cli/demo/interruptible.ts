import type { Writable } from 'node:stream'

/** Somebody wants it to end: Ctrl-C, or whoever started it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  /** As a shell tells it. */
  readonly status: number
  constructor(status: number) {
    super('interrupted')
    this.status = status
  }
}

const brokenPipeStatus = 141
const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Aborted with Interrupted by the first signal, so that everything can be taken down; the second ends the process at once. */
export function interruptible(undo: AsyncDisposableStack, out: Pick<Writable, 'on' | 'off'>): AbortController {
  const stop = new AbortController()
  // Whoever read what it prints has gone: `npm run demo | head`.
  const broken = () => stop.abort(new Interrupted(brokenPipeStatus))
  out.on('error', broken)
  undo.defer(() => void out.off('error', broken))
  for (const [name, status] of Object.entries(statuses)) {
    const listen = () => {
      if (stop.signal.aborted) process.exit(status)
      stop.abort(new Interrupted(status))
    }
    process.on(name, listen)
    undo.defer(() => void process.off(name, listen))
  }
  return stop
}
