import { inParallel } from '../../in-parallel.ts'
import type { RecoveryView } from '../../schemas/recovery.d.ts'
import type { RecoverySummary } from '../../schemas/recovery-summary.d.ts'
import type { Status } from '../../schemas/status.d.ts'
import type { Client } from './client.ts'
import { tryToRead } from './find.ts'
import { ServiceError } from './service-error.ts'
import { isDown, leftOnIt, serversLeft, waitsForPerson } from './ways-out.ts'

/** Of so many recoveries the whole is read: in a storm nobody needs more of them to know that somebody is needed. */
const readMax = 50
/** Each may take its time; the service has others to answer. */
const atOnceMax = 5

/**
 * A hold says whose word ends its first guard; that another one wants a person as well stands in the whole of the recovery. One that
 * can't be read stays as it is: what is known of the others must be told.
 */
export async function withWhoeverEndsIt(client: Client, open: readonly RecoverySummary[]): Promise<RecoverySummary[]> {
  const views = await wholesOf(
    client,
    open.filter(({ hold }) => hold?.releasedBy === 'world')
  )
  return open.map(one => {
    const { id, hold } = one
    const view = views.get(id)
    if (hold === undefined || view === undefined || !waitsForPerson(view)) return one
    return { ...one, hold: { ...hold, releasedBy: 'person' } }
  })
}

/** By their ids; without those that can't be read. */
async function wholesOf(
  client: Client,
  recoveries: readonly RecoverySummary[]
): Promise<ReadonlyMap<string, RecoveryView>> {
  const read = await inParallel(recoveries.slice(0, readMax), atOnceMax, async ({ id }) => {
    const view = await tryToRead(client, id)
    return view instanceof ServiceError ? [] : [[id, view] as const]
  })
  return new Map(read.flat())
}

/** A host whose recovery was cancelled. */
export interface Abandoned extends Pick<RecoverySummary, 'host' | 'reason'> {
  /** Which servers it left on it. */
  readonly left: string
}

/** Nothing is done about these hosts any more: no recovery came later, and they have not come back. */
export async function abandonedOf(
  client: Client,
  { open, ended, segments }: Pick<Status, 'open' | 'ended' | 'segments'>
): Promise<Abandoned[]> {
  const all = [...open, ...ended]
  const up = [
    ...segments.flatMap(({ hosts }) => hosts.filter(({ state, forcedDown }) => state === 'up' && !forcedDown)),
    ...segments.flatMap(({ spares }) => spares.filter(({ state }) => state === 'up'))
  ].map(({ name }) => name)
  const isBack = (name: string) => up.includes(name)
  const last = ended.filter(
    one =>
      one.state === 'cancelled' &&
      isDown(one) &&
      !isBack(one.host) &&
      !all.some(({ host, openedAtMs }) => host === one.host && openedAtMs > one.openedAtMs)
  )
  const views = await wholesOf(client, last)
  return last.slice(0, readMax).flatMap(({ id, host, reason }) => {
    const view = views.get(id)
    const servers = view && serversLeft(view)
    const left = view === undefined ? "its servers can't be read, and its recovery was cancelled" : leftOnIt(servers)
    return servers === 0 ? [] : [{ host, left, ...(reason && { reason }) }]
  })
}
