import { createHash } from 'node:crypto'

/** Gives each thing of the cloud its id, by kind and name. */
export type IdOf = (kind: string, name: string) => string

/** Ids that can be read: what a simulation's log wants. */
export const idsByName: IdOf = (kind, name) => (kind === 'server' ? name : `${kind}-${name}`)

/** UUIDs as OpenStack has them; the same cloud gets the same ones, and a name that comes again gets another one. */
export function createUuids(): IdOf {
  const seen = new Map<string, number>()
  return (kind, name) => {
    const key = `${kind}/${name}`
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    return uuidOf(`${key}/${count}`)
  }
}

/** The same text always gives the same UUID (in the form of version 4). */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) % 4)).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32)
  ].join('-')
}
