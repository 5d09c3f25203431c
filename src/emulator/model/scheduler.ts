import { attemptsOn, isUnderWay } from './attempts.ts'
import { reports } from './hosts.ts'
import { fits, isSchedulable, roomOf } from './placement.ts'
import type { ModelHost, ModelServer, World } from './world.ts'

const noHost = 'No valid host was found. '
const notEnough = `${noHost}There are not enough hosts available.`

/**
 * Why the scheduler does not take the host; it knows only what Nova knows: one that died a moment ago looks well.
 * What Placement leaves out and what the filters refuse is told in different words.
 */
export function objectionTo(world: World, server: ModelServer, host: ModelHost): string | undefined {
  if (!isSchedulable(world, host) || !fits(world, host, server.need)) return noHost
  if (host.forcedDown || !host.enabled || !reports(world, host)) return notEnough
  return groupAllows(world, server, host.name) ? undefined : notEnough
}

/** The roomiest host that nothing speaks against; ties go to the first name. */
export function choose(world: World, server: ModelServer, source: string): string | undefined {
  const free = (host: ModelHost) => roomOf(world, host).free.MEMORY_MB ?? 0
  const fit = [...world.hosts.values()].filter(
    host => host.name !== source && objectionTo(world, server, host) === undefined
  )
  return fit.sort((a, b) => free(b) - free(a) || (a.name < b.name ? -1 : 1))[0]?.name
}

function groupAllows(world: World, server: ModelServer, target: string): boolean {
  for (const group of world.groups) {
    if (!group.members.includes(server.id)) continue
    const others = group.members.filter(id => id !== server.id && serverIsOn(world, id, target))
    if (group.policy === 'anti-affinity' && others.length >= group.maxPerHost) return false
    // A hard affinity group may only go where it already is, and for an evacuation that is the dead host.
    const isSomewhere = group.members.some(id => world.servers.get(id)?.host !== undefined)
    if (group.policy === 'affinity' && isSomewhere && others.length === 0) return false
  }
  return true
}

function serverIsOn(world: World, id: string, host: string): boolean {
  if (world.servers.get(id)?.host === host) return true
  return attemptsOn(world, id).some(attempt => attempt.target === host && isUnderWay(world, attempt))
}
