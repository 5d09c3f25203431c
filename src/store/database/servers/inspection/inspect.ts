import { type Host, nameOf, type ServerAddress } from '../../../../store-url.ts'
import type { Inspection, Writable } from '../../dialect.ts'
import { sayFailure } from '../advice.ts'
import type { Connect } from '../driver.ts'
import { statementMs } from '../limits.ts'
import { inTime, type Session } from '../session.ts'
import { type TryRules, tryWriting } from './try-writing.ts'
import { wrongKindAt } from './wrong-kind.ts'

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

/** A lease is over when the server that is asked says so as well; a tenth of the shortest lease does no harm. */
const clocksApartMaxMs = 500

/** How one kind of server is looked at. */
export interface Asking {
  readonly connect: Connect
  ask(session: Session): Promise<NodeAnswer>
  readonly rules: TryRules
}

/** Asks every host of the address, and compares their clocks. */
export async function inspect(address: ServerAddress, asking: Asking): Promise<Inspection> {
  const nodes = await Promise.all(address.hosts.map(async host => await look(host, address, asking)))
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
            `the clocks of the database's hosts are ${(apartMs / 1000).toFixed(1)} s apart: a takeover waits for whichever is behind, and the times in the history come from either`
          ]
        : [])
    ]
  }
}

/** Tries to write, at the first host that serves; undefined if none does. */
export async function tryToWrite(
  { hosts }: ServerAddress,
  { connect, rules }: Omit<Asking, 'ask'>
): Promise<Writable | undefined> {
  for (const host of hosts) {
    const session = await connect(host).catch(() => undefined)
    if (session === undefined) continue
    try {
      return await inTime(statementMs, 'no answer', tryWriting(session, rules), () => session.destroy())
    } catch (error) {
      return { ok: false, sentence: `it can't be written: ${sayFailure(error, undefined)}` }
    } finally {
      session.end()
    }
  }
  return undefined
}

async function look(host: Host, { kind }: ServerAddress, { connect, ask, rules }: Asking): Promise<Node> {
  const name = nameOf(host)
  let session: Session | undefined
  try {
    session = await connect(host)
    const before = Date.now()
    const { version, nowMs, concerns } = await ask(session)
    const encryption = session.encryption()
    const way = encryption === undefined ? 'not encrypted' : `encrypted (${encryption})`
    return { name, sentence: `${name}: ${version}, ${way}`, concerns, offsetMs: nowMs - (before + Date.now()) / 2 }
  } catch (error) {
    const failure = (await wrongKindAt(kind, host)) ?? `${name}: ${sayFailure(error, rules.advice(error))}`
    return { name, sentence: failure, concerns: [`can't be used: ${failure.replace(`${name}: `, '')}`] }
  } finally {
    session?.end()
  }
}
