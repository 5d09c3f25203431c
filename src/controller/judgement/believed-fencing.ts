import { falseOffSentence } from '../../core/off-claim.ts'
import { FencingError } from '../../errors.ts'
import type { Rehearsal } from '../duties/rehearsal.ts'
import type { Fencing } from '../ports/ports.ts'

/**
 * Power by those agents that may be believed. One that the last rehearsal heard say off of a host that reported has no word for
 * that host: it is no evidence of its death and no proof of its fence, and nothing is switched off through it, for it may be
 * that of another machine.
 */
export function believedFencing(fencing: Fencing, rehearsal: Pick<Rehearsal, 'falseOffAtMs'>): Fencing {
  function refuse(agent: string, host: string): void {
    const atMs = rehearsal.falseOffAtMs(agent, host)
    if (atMs === undefined) return
    const when = new Date(atMs).toISOString()
    throw new FencingError(
      'identity',
      `${host}: ${agent} is not believed since ${when}: ${falseOffSentence}. It is believed again after a restart, or when a rehearsal hears it say on; hosts that are being recovered are not rehearsed`
    )
  }
  return {
    settleMs: fencing.settleMs,
    async read(agent, host, signal) {
      // It is asked all the same: whether it answers tells whether our link to the BMCs is well.
      const reading = await fencing.read(agent, host, signal)
      refuse(agent, host)
      return reading
    },
    async powerOff(agent, host, signal) {
      refuse(agent, host)
      await fencing.powerOff(agent, host, signal)
    }
  }
}
