import type { Server } from '../../core/inventory.ts'
import { CloudError } from '../../errors.ts'
import { listOf } from '../service.ts'
import { type NovaClient, pins } from './client.ts'
import { isPartial, type ServerRow, serverOf } from './server-row.ts'

const pageSize = 1000
const listTriesMax = 3

/**
 * Every server on `host`. Throws CloudError `refused` when Nova dropped the filter (as it does for anybody who is no
 * admin), and `unreachable` when it can't read all of them.
 */
export async function readServersOn(nova: NovaClient, host: string, signal?: AbortSignal): Promise<Server[]> {
  for (let tries = 1; ; tries += 1) {
    const rows = await readPages(nova, host, signal)
    if (rows !== 'marker lost') return rows.map(row => checked(row, host))
    if (tries === listTriesMax) {
      throw new CloudError('unreachable', `Nova: the servers of ${host} change faster than they can be listed`)
    }
  }
}

/** undefined when Nova does not know it. Throws CloudError `unreachable` when its cell can't be read. */
export async function readServer(nova: NovaClient, id: string, signal?: AbortSignal): Promise<Server | undefined> {
  try {
    const { body } = await nova.get<{ server?: ServerRow }>(pins.general, `/servers/${id}`, { signal })
    if (body.server === undefined) throw new CloudError('unreachable', 'Nova answered without "server"')
    if (isPartial(body.server)) throw unreadable(id)
    return serverOf(body.server)
  } catch (error) {
    if (error instanceof CloudError && error.code === 'not-found') return undefined
    throw error
  }
}

async function readPages(nova: NovaClient, host: string, signal?: AbortSignal): Promise<ServerRow[] | 'marker lost'> {
  const rows = new Map<string, ServerRow>()
  let marker: string | undefined
  for (;;) {
    const query = { all_tenants: 1, host, limit: pageSize, ...(marker === undefined ? {} : { marker }) }
    const body = await nova
      .get<Record<string, unknown>>(pins.general, '/servers/detail', { query, signal })
      .then(answer => answer.body)
      .catch((error: unknown) => {
        // The last server of a page may be gone before the next page is asked for.
        if (marker !== undefined && error instanceof CloudError && error.code === 'refused') return undefined
        throw error
      })
    if (body === undefined) return 'marker lost'
    const page = listOf<ServerRow>('Nova', body, 'servers')
    for (const row of page) rows.set(row.id, row)
    marker = page.at(-1)?.id
    // Nova's own limit may be smaller than ours, so only the link tells that there is more.
    if (marker === undefined || !hasNext(body.servers_links)) return [...rows.values()]
  }
}

export function hasNext(links: unknown): boolean {
  return Array.isArray(links) && links.some((link: { rel?: string }) => link.rel === 'next')
}

function checked(row: ServerRow, host: string): Server {
  if (isPartial(row)) throw unreadable(row.id)
  const actual = row['OS-EXT-SRV-ATTR:host']
  if (actual !== host) {
    const message = `Nova was asked for servers of ${host} and named one of ${actual ?? 'no visible host'}`
    throw new CloudError('refused', `${message}: it ignores the filter; these credentials are no admin's`)
  }
  return serverOf(row)
}

function unreadable(id: string): CloudError {
  return new CloudError('unreachable', `Nova can't read the cell of server ${id}`)
}
