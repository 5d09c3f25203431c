import type { RecoverySummary } from '../../schemas/recovery-summary.d.ts'
import type { Status } from '../../schemas/status.d.ts'
import type { Client } from './client.ts'
import { readRecovery } from './find.ts'
import { serversLeft, waitsForPerson } from './ways-out.ts'

/** Of so many recoveries the whole is read: in a storm nobody needs more of them to know that somebody is needed. */
const readMax = 50

/** A hold says whose word ends its first guard; that another one wants a person as well stands in the whole of the recovery. */
export async function withWhoeverEndsIt(client: Client, open: readonly RecoverySummary[]): Promise<RecoverySummary[]> {
  let left = readMax
  const told: RecoverySummary[] = []
  for (const one of open) {
    const { id, hold } = one
    const isDoubtful = hold?.releasedBy === 'world' && left-- > 0
    const needsPerson = isDoubtful && waitsForPerson((await readRecovery(client, id)).said)
    told.push(needsPerson ? { ...one, hold: { ...hold, releasedBy: 'person' } } : one)
  }
  return told
}

/** A host whose recovery was cancelled, and the servers that it left on it. */
export interface Abandoned extends Pick<RecoverySummary, 'host' | 'reason'> {
  /** undefined: nobody knows. */
  readonly servers: number | undefined
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
    ({ state, host, openedAtMs }) =>
      state === 'cancelled' && !isBack(host) && !all.some(one => one.host === host && one.openedAtMs > openedAtMs)
  )
  const found: Abandoned[] = []
  for (const { id } of last.slice(0, readMax)) {
    const { said: view } = await readRecovery(client, id)
    const servers = serversLeft(view)
    if (servers !== 0) found.push({ host: view.host, servers, ...(view.reason && { reason: view.reason }) })
  }
  return found
}
