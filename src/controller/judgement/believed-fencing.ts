import { disbeliefSentence } from '../../core/off-claim.ts'
import { FencingError, messageOf, StoreUnavailable } from '../../errors.ts'
import type { Fencing, Ports } from '../ports/ports.ts'
import type { Disbeliefs } from './disbeliefs.ts'

/** The store may take so long before a command is sent; after that it is not sent any more. */
const storeMs = 10_000

/**
 * Power by those agents that may be believed. One that a rehearsal of any replica heard say off of a host that reported has no word
 * for that host: it is no evidence of its death and no proof of its fence, and nothing is switched off through it, for it may be
 * that of another machine. While the store can't tell, no off counts and nothing is switched off.
 */
export function believedFencing(
  { fencing, clock }: Pick<Ports, 'fencing' | 'clock'>,
  disbeliefs: Pick<Disbeliefs, 'standing'>
): Fencing {
  /** Asked anew for each word: another replica may have found it out a moment ago. */
  async function objectionTo(agent: string, host: string): Promise<FencingError | undefined> {
    try {
      const found = (await disbeliefs.standing(host)).find(one => one.agent === agent)
      return found && new FencingError('identity', disbeliefSentence(found))
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      return new FencingError('unreachable', `${host}: nobody knows whether ${agent} is believed: ${messageOf(error)}`)
    }
  }

  return {
    settleMs: agent => fencing.settleMs(agent) + storeMs,
    wayOf: fencing.wayOf,
    async read(agent, host, signal) {
      // It is asked all the same: whether it answers tells whether our link to the BMCs is well.
      const reading = await fencing.read(agent, host, signal)
      const objection = await objectionTo(agent, host)
      // An on proves nothing, and stops what must not go on: it is heard also where nobody can judge it.
      if (objection?.code === 'identity' || (objection !== undefined && reading.power !== 'on')) throw objection
      return reading
    },
    async powerOff(agent, host, signal) {
      const askedAtMs = clock.now()
      const objection = await objectionTo(agent, host)
      if (objection !== undefined) throw objection
      // Whoever takes over counts from the intent until it can no longer arrive (rule 17).
      if (signal?.aborted === true || clock.now() - askedAtMs > storeMs)
        throw new FencingError(
          'unreachable',
          `${host}: not sent: the store took too long to tell whether ${agent} is believed`
        )
      await fencing.powerOff(agent, host, signal)
    }
  }
}
