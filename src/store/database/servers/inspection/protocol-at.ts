import { connect } from 'node:net'
import type { Host } from '../../../../store-url.ts'

/** MariaDB speaks first; PostgreSQL waits until it is asked. */
const waitMs = 700
/** "Would you encrypt?", which PostgreSQL answers with one letter: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** Which kind of server is there, told by its first bytes; undefined if it can't be reached or speaks neither. Never rejects. */
export async function protocolAt({ host, port }: Host): Promise<'mysql' | 'postgres' | undefined> {
  const { promise, resolve } = Promise.withResolvers<'mysql' | 'postgres' | undefined>()
  const socket = connect({ host, port })
  let isAsked = false
  const timer = setTimeout(() => {
    isAsked = true
    socket.write(sslRequest)
    setTimeout(() => resolve(undefined), waitMs).unref()
  }, waitMs)
  socket.on('error', () => resolve(undefined))
  socket.on('end', () => resolve(undefined))
  socket.once('data', bytes => resolve(isAsked ? answered(bytes) : greeted(bytes)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

/** A packet's length and number, then version 10 of the protocol, or an error ("this host may not connect"). */
function greeted(bytes: Buffer): 'mysql' | undefined {
  return bytes[3] === 0 && (bytes[4] === 10 || bytes[4] === 0xff) ? 'mysql' : undefined
}

function answered(bytes: Buffer): 'postgres' | undefined {
  return bytes[0] === 'S'.charCodeAt(0) || bytes[0] === 'N'.charCodeAt(0) ? 'postgres' : undefined
}
