import { runningEvacuations } from '../../core/fate.ts'
import type { Aggregate, HostsReading, Migration, Server, ServerGroup } from '../../core/inventory.ts'
import { isComplete } from '../../core/inventory.ts'
import { isOpen } from '../../core/moves.ts'
import type { Candidate, Plan } from '../../core/plan.ts'
import { makePlan } from '../../core/plan.ts'
import type { Recovery } from '../../core/recovery.ts'
import type { ServerDecision } from '../../core/rules/server-policy.ts'
import type { Segment } from '../../core/segment.ts'
import type { Step } from '../../core/step.ts'
import { lastStep } from '../../core/step.ts'
import type { Cloud, Store } from '../ports/ports.ts'
import { candidates } from './candidates.ts'
import { blockedServers, pins, withPinned } from './pins.ts'
import { serverDecisions } from './server-decisions.ts'

export interface Drawn {
  readonly plan: Plan
  /** Every server that Nova places on the host, whatever became of it. */
  readonly listed: readonly Server[]
  /** Both readings around the list. */
  readonly reading: HostsReading
  /** The list counts: no cell was unreadable before or after it (rule 8). */
  readonly complete: boolean
  /** Running evacuations off the host that are not ours. */
  readonly foreign: number
  readonly aggregates: readonly Aggregate[]
  /** The host is Ironic's nova-compute: it stands for other machines, and Nova would put their servers into ERROR. */
  readonly isBareMetal: boolean
  /** What the instance rules say of each server, where there are any. */
  readonly policy: ReadonlyMap<string, ServerDecision>
}

export interface World {
  readonly cloud: Cloud
  readonly store: Pick<Store, 'targets' | 'openHosts' | 'isolationOf'>
}

/** Reads what is on the failed host and where it could go, and makes the plan; changes nothing. Throws CloudError. */
export async function drawPlan(
  world: World,
  recovery: Recovery,
  segment: Segment,
  steps: readonly Step[],
  signal?: AbortSignal
): Promise<Drawn> {
  const { cloud } = world
  const before = await cloud.hosts(signal)
  const [listed, migrations, groups, bareMetal] = await Promise.all([
    cloud.serversOn(recovery.host, signal),
    cloud.migrationsFrom(recovery.host, signal),
    cloud.groups(signal),
    cloud.bareMetalHosts(signal)
  ])
  const reading = await cloud.hosts(signal)
  const servers = listed.filter(server => isUnsettled(server.id, steps))
  const { fit, unfit, aggregates } = await candidates(world, recovery, segment, reading, signal)
  const policy = await serverDecisions(cloud, { recovery, reading, groups, servers: listed }, signal)
  const [needs, rooms, elsewhere] = await Promise.all([
    cloud.needs(recovery.host, servers, signal),
    cloud.rooms(
      fit.map(candidate => candidate.host),
      signal
    ),
    membersElsewhere(cloud, servers, groups, steps, signal)
  ])
  const known = new Map(rooms.map(room => [room.host, room]))
  const withRoom = fit.flatMap(({ host, isSpare }): Candidate[] => {
    const room = known.get(host)
    if (room === undefined) unfit[host] = 'Placement does not know it'
    return room === undefined ? [] : [{ room, isSpare }]
  })
  const pinned = await pins(world, servers, migrations, recovery, steps, reading.atMs)
  const plan = makePlan({
    servers,
    needs,
    groups,
    elsewhere,
    unfit,
    pools: poolsOf(recovery, withRoom),
    pinned,
    blocked: withPinned(await blockedServers(world, servers, migrations, recovery), pinned, withRoom),
    policy,
    settings: recovery.settings
  })
  return {
    plan,
    listed,
    reading,
    aggregates,
    complete: isComplete(before) && isComplete(reading),
    foreign: foreignEvacuations(migrations, steps, recovery.proofs),
    isBareMetal: bareMetal.includes(recovery.host),
    policy
  }
}

/** Why the host need not be recovered though it is dead. */
export function nothingToMove({ complete, listed, plan, isBareMetal }: Drawn): string | undefined {
  if (isBareMetal) return "it serves bare metal (Ironic), whose servers can't be moved and run on without it"
  if (!complete) return undefined
  if (listed.length === 0) return 'no server is on it'
  const isLeft =
    plan.moves.length === 0 &&
    plan.staying.some(({ because }) => because === 'policy') &&
    plan.staying.every(({ because }) => because === 'policy' || because === 'leaving')
  return isLeft ? 'the instance rules leave every server there' : undefined
}

/** A server whose move has neither begun nor ended for good. */
function isUnsettled(server: string, steps: readonly Step[]): boolean {
  const last = lastStep(steps, 'evacuate', server)
  return last === undefined || last.state === 'failed'
}

/** Running evacuations that no step of ours asked for; a record to a host that is proven off never ends, and is nobody's. */
export function foreignEvacuations(
  migrations: readonly Migration[],
  steps: readonly Step[],
  proofs: Recovery['proofs']
): number {
  const ours = new Set(steps.filter(step => step.kind === 'evacuate' && isOpen(step)).map(step => step.target))
  return runningEvacuations(migrations).filter(one => {
    const isOver = one.dest !== undefined && proofs[one.dest] !== undefined
    return !isOver && !ours.has(one.server)
  }).length
}

async function membersElsewhere(
  cloud: Cloud,
  servers: readonly Server[],
  groups: readonly ServerGroup[],
  steps: readonly Step[],
  signal?: AbortSignal
): Promise<Map<string, string>> {
  const here = new Set(servers.map(server => server.id))
  const strict = groups.filter(group => group.policy === 'anti-affinity' && group.members.some(id => here.has(id)))
  const others = [...new Set(strict.flatMap(group => group.members))].filter(id => !here.has(id))
  const found = await Promise.all(others.map(async id => await cloud.server(id, signal)))
  return new Map(
    found.flatMap(server => {
      if (server === undefined) return []
      // One on its way is where it goes, though Nova still names the failed host.
      const step = lastStep(steps, 'evacuate', server.id)
      const host = step !== undefined && isOpen(step) ? step.to : server.host
      return host === undefined ? [] : [[server.id, host]]
    })
  )
}

/** Masakari's four methods as pools, tried in order; where it may be both, what neither takes alone both may take. */
function poolsOf(recovery: Recovery, all: readonly Candidate[]): Candidate[][] {
  const spares = all.filter(candidate => candidate.isSpare)
  const others = all.filter(candidate => !candidate.isSpare)
  switch (recovery.settings.method) {
    case 'reserved_host':
      return [spares]
    case 'auto':
      return [others]
    case 'auto_priority':
      return [others, spares, [...others, ...spares]]
    case 'rh_priority':
      return [spares, others, [...spares, ...others]]
  }
}
