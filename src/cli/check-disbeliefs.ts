import type { Fencing } from '../controller/ports/ports.ts'
import { agentsAsked, disbeliefSentence } from '../core/off-claim.ts'
import { membersOf, type Segment } from '../core/segment.ts'
import type { CheckLine } from '../openstack/connect.ts'
import type { ReadStore } from '../store/read-store.ts'
import { type Stored, whyUnread } from './check-store.ts'

/** Which agents the service will not believe, though they may tell the truth just now; or why that is not known. */
export async function checkDisbeliefs(
  segments: readonly Segment[],
  fencing: Pick<Fencing, 'wayOf'>,
  { store, unread }: Stored<Pick<ReadStore, 'disbeliefs'>>
): Promise<CheckLine[]> {
  const known = store === undefined ? unread : await store.disbeliefs().catch(whyUnread)
  if (known === undefined) return []
  if (typeof known === 'string')
    return [{ name: 'store', ok: true, warn: true, detail: `which agents are not believed was not read: ${known}` }]
  const standing = known.filter(one => one.way === fencing.wayOf(one.agent, one.host))
  return segments.flatMap(segment =>
    standing
      .filter(({ host, agent }) => membersOf(segment).includes(host) && agentsAsked(segment).includes(agent))
      .map(one => ({ name: `${segment.name} fencing ${one.agent}`, ok: false, detail: disbeliefSentence(one) }))
  )
}
