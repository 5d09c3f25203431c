import { createHash } from 'node:crypto'
import { uuidOf } from '../model/ids.ts'

/** What a client has to be told about the BMC of a host. */
export function bmcFacts(host: string): { readonly user: string; readonly password: string; readonly uuid: string } {
  const secret = createHash('sha256').update(host).digest('hex').slice(0, 8)
  return { user: 'admin', password: `bmc-${secret}`, uuid: uuidOf(`machine/${host}`) }
}
