import { FencingError } from '../../errors.ts'
import type { Json } from './bmc-http.ts'
import type { RedfishSession } from './session.ts'
import type { Machine } from './system.ts'
import { checkIdentity, findSystem } from './system.ts'

/** One host's BMC. Its work is done one piece after the other: BMCs bear no more. */
export interface Bmc {
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** The system resource, live, after it was found to be the configured machine; only for use in turn. */
  look(signal: AbortSignal | undefined): Promise<{ system: Json; identity: string | undefined }>
  /** Ends the session when all work is done. */
  close(): Promise<void>
}

/** `idleMs`: an unused session is given back after so long. */
export function createBmc(host: string, machine: Machine, session: RedfishSession, idleMs: number): Bmc {
  let path: string | undefined
  let tail: Promise<unknown> = Promise.resolve()
  let idle: NodeJS.Timeout | undefined

  async function read(signal: AbortSignal | undefined) {
    path ??= await findSystem(session, machine, signal)
    const { status, body } = await session.ask({ method: 'GET', path, signal })
    if (status === 404) throw new FencingError('identity', `${host}: its BMC has no ${path}`)
    if (status !== 200 || body === undefined) {
      throw new FencingError('unreachable', `${host}: its BMC answered ${status} to GET ${path}`)
    }
    return { system: body, identity: checkIdentity(host, machine, body) }
  }

  return {
    async inTurn(work) {
      const turn = tail.then(work)
      tail = turn.catch(() => undefined)
      clearTimeout(idle)
      idle = setTimeout(() => {
        tail = tail.then(() => session.logout())
      }, idleMs).unref()
      return await turn
    },

    async look(signal) {
      try {
        return await read(signal)
      } catch (error) {
        // A system that is not what it should be is looked for anew, for its place may have changed.
        if (error instanceof FencingError && error.code === 'identity') path = undefined
        throw error
      }
    },

    async close() {
      clearTimeout(idle)
      tail = tail.then(() => session.logout())
      await tail
    }
  }
}
