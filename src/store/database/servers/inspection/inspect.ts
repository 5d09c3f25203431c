import { messageOf } from '../../../errors.ts'
import type { Host, ServerAddress } from '../../../store-url.ts'
import type { Inspection } from '../dialect.ts'
import type { Connect } from './driver.ts'
import type { Session } from './session.ts'

/** What one server says of itself. */
export interface NodeAnswer {
  readonly version: string
  /** Its clock, ms. */
  readonly nowMs: number
  readonly concerns: readonly string[]
}

interface Node {
  readonly name: string
  readonly sentence: string
  readonly concerns: readonly string[]
  /** Its clock less ours, ms; undefined if it could not be asked. */
  readonly offsetMs?: number
}

/** Leases are judged by the clock of whichever server is asked; a tenth of the shortest lease does no harm. */
const clocksApartMaxMs = 500

/** Asks every host of the address, and compares their clocks. */
export async function inspect(
  address: ServerAddress,
  connect: Connect,
  ask: (session: Session) => Promise<NodeAnswer>
): Promise<Inspection> {
  const nodes = await Promise.all(address.hosts.map(async host => await look(host, connect, ask)))
  const clocks = nodes.flatMap(({ offsetMs }) => offsetMs ?? [])
  const apartMs = Math.max(...clocks) - Math.min(...clocks)
  return {
    shown: address.shown,
    isUsable: clocks.length > 0,
    nodes: nodes.map(({ sentence }) => sentence),
    concerns: [
      ...nodes.flatMap(({ name, concerns }) => concerns.map(text => `${name}: ${text}`)),
      ...(apartMs > clocksApartMaxMs
        ? [
            `the clocks of the database's hosts are ${(apartMs / 1000).toFixed(1)} s apart, and leases are judged by them`
          ]
        : [])
    ]
  }
}

async function look(host: Host, connect: Connect, ask: (session: Session) => Promise<NodeAnswer>): Promise<Node> {
  const name = `${host.host}:${host.port}`
  let session: Session | undefined
  try {
    session = await connect(host)
    const before = Date.now()
    const { version, nowMs, concerns } = await ask(session)
    return { name, sentence: `${name}: ${version}`, concerns, offsetMs: nowMs - (before + Date.now()) / 2 }
  } catch (error) {
    const sentence = `${name}: ${messageOf(error)}`
    return { name, sentence, concerns: [`can't be used: ${messageOf(error)}`] }
  } finally {
    session?.end()
  }
}
