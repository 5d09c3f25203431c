import type { RecoverySummary } from '../../schemas/recovery-summary.d.ts'
import type { Status } from '../../schemas/status.d.ts'
import type { Client } from './client.ts'
import { abandonedOf, withWhoeverEndsIt } from './closer.ts'
import { findingsOf } from './findings.ts'
import { jsonOf } from './plain.ts'
import type { Output } from './show.ts'
import { statusText } from './text/status.ts'

const dayMs = 86_400_000
const pageMax = 200
/** Beyond that nobody reads a list. */
const pagesMax = 10

const exitStatuses: Readonly<Record<Status['level'], number>> = { ok: 0, warning: 1, critical: 2 }

/** How the service is, whether N+1 is kept, and what is open. Answers the exit status, as monitoring wants it. */
export async function status(client: Client, { json, out }: Output): Promise<number> {
  const { said: health, nowMs } = await client.get('health', '/health')
  const isReadable = health.store.ok
  // What /health says of the spares may be half a minute old.
  const segments = isReadable ? [...(await client.get('segments', '/v1/segments')).said.items] : []
  const open = isReadable ? await withWhoeverEndsIt(client, await listOf(client, '/v1/recoveries?state=open')) : []
  const ended = isReadable ? await endedOf(client, nowMs - dayMs) : []
  const lost = isReadable ? (await client.get('signals', '/v1/signals?outcome=unresolved&limit=50')).said.items : []
  const unresolved = lost.filter(({ receivedAtMs }) => receivedAtMs > nowMs - dayMs)
  const seen = { health, segments, open, ended, unresolved }
  const findings = findingsOf(seen, await abandonedOf(client, seen), nowMs)
  const answer: Status = { level: findings[0]?.level ?? 'ok', findings, ...seen }
  out.write(json ? jsonOf(answer) : statusText(answer, nowMs, out.columns))
  return exitStatuses[answer.level]
}

/** What was opened since and has ended. What ended since with servers left behind needs eyes, however long it took. */
async function endedOf(client: Client, sinceMs: number): Promise<RecoverySummary[]> {
  const opened = await listOf(client, `/v1/recoveries?since=${new Date(sinceMs).toISOString()}`)
  const partial = await listOf(client, '/v1/recoveries?state=partial')
  const cancelled = await listOf(client, '/v1/recoveries?state=cancelled')
  const byId = new Map([...opened, ...partial, ...cancelled].map(one => [one.id, one]))
  return [...byId.values()]
    .filter(({ closedAtMs = 0 }) => closedAtMs > sinceMs)
    .sort((one, other) => (other.closedAtMs ?? 0) - (one.closedAtMs ?? 0))
}

async function listOf(client: Client, path: string): Promise<RecoverySummary[]> {
  const items: RecoverySummary[] = []
  let cursor = ''
  for (let page = 0; page < pagesMax; page++) {
    const { said } = await client.get('recoveries', `${path}&limit=${pageMax}${cursor}`)
    items.push(...said.items)
    if (said.cursor === undefined) break
    cursor = `&cursor=${encodeURIComponent(said.cursor)}`
  }
  return items
}
