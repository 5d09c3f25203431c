import type { Fencing } from '../controller/ports/ports.ts'
import { agentsAsked, disbeliefSentence } from '../core/off-claim.ts'
import { membersOf, type Segment } from '../core/segment.ts'
import type { CheckLine } from '../openstack/connect.ts'
import type { ReadStore } from '../store/read-store.ts'

/** Which agents the service will not believe, though they may tell the truth just now. */
export async function checkDisbeliefs(
  segments: readonly Segment[],
  fencing: Pick<Fencing, 'wayOf'>,
  store: Pick<ReadStore, 'disbeliefs'>
): Promise<CheckLine[]> {
  const standing = (await store.disbeliefs()).filter(one => one.way === fencing.wayOf(one.agent, one.host))
  return segments.flatMap(segment =>
    standing
      .filter(({ host, agent }) => membersOf(segment).includes(host) && agentsAsked(segment).includes(agent))
      .map(one => ({ name: `${segment.name} fencing ${one.agent}`, ok: false, detail: disbeliefSentence(one) }))
  )
}
