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

const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Aborted with Interrupted by the first signal, so that everything can be taken down; the second ends the process at once. */
export function interruptible(undo: AsyncDisposableStack): AbortController {
  const stop = new AbortController()
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
