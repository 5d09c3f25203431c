import { type Host, nameOf, type ServerAddress } from '../../../../store-url.ts'
import { protocolAt } from './protocol-at.ts'

const kinds = { mysql: 'MariaDB (or MySQL)', postgres: 'PostgreSQL' }

/** A sentence if the host is a server of the other kind: its protocol fits ours so little that no error says it. */
export async function wrongKindAt(kind: ServerAddress['kind'], host: Host): Promise<string | undefined> {
  const found = await protocolAt(host)
  if (found === undefined || found === kind) return undefined
  return `${nameOf(host)} is a ${kinds[found]}: let store.url begin with ${found}://, or correct host and port`
}

/** The same for every host of an address. */
export async function wrongKinds({ kind, hosts }: ServerAddress): Promise<string | undefined> {
  const sentences = await Promise.all(hosts.map(host => wrongKindAt(kind, host)))
  return sentences.find(sentence => sentence !== undefined)
}
