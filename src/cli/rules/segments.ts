import type { Config } from '../../config.ts'
import { suggestion } from '../../core/closest.ts'
import type { Segment } from '../../core/segment.ts'

/** `outside`: it belongs to none, and why; the service asks no rule about such a host. */
export type SegmentOf = (
  host: string,
  named: string | undefined
) => { readonly ok: Segment } | { readonly outside: string } | { readonly mistakes: readonly string[] }

/** A host's segment without a look at the cloud: as the case names it, by the names that are configured, or the only one. */
export function segmentFinder({ segments }: Config): SegmentOf {
  const named = segments.map(
    ({ hosts, spares, ...rest }): Segment => ({
      ...rest,
      hosts: 'names' in hosts ? hosts.names : [],
      spares: 'names' in spares ? spares.names : []
    })
  )
  const allNamed = segments.every(({ hosts, spares }) => 'names' in hosts && 'names' in spares)
  return (host, name) => {
    if (name !== undefined) {
      const found = named.find(segment => segment.name === name)
      const names = named.map(segment => segment.name)
      return found === undefined
        ? { mistakes: [`there is no segment ${name}${suggestion(name, names)}`] }
        : { ok: found }
    }
    const owner = named.find(({ hosts, spares }) => hosts.includes(host) || spares.includes(host))
    if (owner === undefined && host !== '' && allNamed) return { outside: `${host} belongs to no segment` }
    const found = owner ?? (named.length === 1 ? named[0] : undefined)
    return found === undefined
      ? { mistakes: [`which segment ${host} belongs to can't be told without the cloud: add "segment"`] }
      : { ok: found }
  }
}
