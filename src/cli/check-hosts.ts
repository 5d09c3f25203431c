import type { Config } from '../config.ts'
import { suggestion } from '../core/closest.ts'
import { nameOfSource, type Segment } from '../core/segment.ts'
import type { CheckLine } from '../openstack/connect.ts'
import { firstOf } from './first-of.ts'

/** Settings of single hosts that Nova does not list: whoever is meant goes without them. `known`: Nova's hosts. */
export function checkHostNames(
  { fencing }: Pick<Config, 'fencing'>,
  segments: readonly Pick<Segment, 'name' | 'alive'>[],
  known: readonly string[]
): CheckLine[] {
  const places = [
    ...Object.entries(fencing).map(([name, { hosts }]) => ({ name: `fencing ${name} hosts`, hosts })),
    ...segments.flatMap(({ name, alive }) =>
      alive.map(source => ({ name: `${name} alive ${nameOfSource(source)} hosts`, hosts: source.hosts }))
    )
  ]
  return places.flatMap(({ name, hosts }) => {
    const unknown = Object.keys(hosts).filter(host => !known.includes(host))
    if (unknown.length === 0) return []
    const names = unknown.map(host => `${host}${suggestion(host, alike(host, known))}`)
    return [
      {
        name,
        ok: true,
        warn: true,
        detail: `Nova lists no host ${firstOf(names, namesMax)}: what is set for it counts for nobody`
      }
    ]
  })
}

const namesMax = 8

/** Another number is another host, not a slip of the hand. */
function alike(host: string, known: readonly string[]): readonly string[] {
  const withoutDigits = (name: string): string => name.replaceAll(/\d/g, '')
  return known.filter(name => withoutDigits(name) !== withoutDigits(host))
}
