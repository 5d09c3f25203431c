import type { Amounts, Room, Server, ServerGroup } from './inventory.ts'
import type { Candidate, PlannedMove, PlanQuestion, Staying } from './plan.ts'
import { fitsInto, subtract } from './room.ts'
import { defaultPriority } from './rules/server-policy.ts'

export interface Placement {
  readonly moves: PlannedMove[]
  readonly staying: Staying[]
  readonly refused: Record<string, string>
}

/** The first pool of the method that takes all, else the one that takes most. */
export function bestPlacement(servers: readonly Server[], question: PlanQuestion): Placement {
  let best: Placement | undefined
  for (const pool of question.pools) {
    const placement = placeAll(servers, pool, question)
    if (best === undefined || placement.staying.length < best.staying.length) best = placement
    if (best.staying.length === 0) break
  }
  return best ?? placeAll(servers, [], question)
}

/** `fewest`: the tightest single target that takes all, else big ones first over as few as possible. `fastest`: over all. */
function placeAll(servers: readonly Server[], pool: readonly Candidate[], question: PlanQuestion): Placement {
  const sorted = servers.toSorted(
    (a, b) =>
      priorityOf(a, question) - priorityOf(b, question) ||
      sizeOf(b, question) - sizeOf(a, question) ||
      compare(a.id, b.id)
  )
  const byRoom = pool.toSorted((a, b) => memory(a.room) - memory(b.room) || compare(a.room.host, b.room.host))
  if (question.settings.evacuate.spread === 'fewest') {
    const refused: Record<string, string> = {}
    for (const candidate of byRoom) {
      const placement = place(sorted, [candidate], question)
      if (placement.staying.length === 0)
        return { ...placement, refused: { ...leftOver(pool, placement.moves), ...refused } }
      refused[candidate.room.host] = placement.staying[0]?.reason ?? 'does not take all servers'
    }
    const placement = place(sorted, byRoom.toReversed(), question)
    return { ...placement, refused: { ...refused, ...placement.refused } }
  }
  return place(sorted, byRoom.toReversed(), question)
}

function leftOver(pool: readonly Candidate[], moves: readonly PlannedMove[]): Record<string, string> {
  const used = new Set(moves.map(move => move.target))
  return Object.fromEntries(
    pool
      .filter(({ room }) => !used.has(room.host))
      .map(({ room }) => [room.host, 'not needed: another target takes all servers'])
  )
}

/** Places one server after the other, by priority and the biggest first, each on the first (`fewest`) or the emptiest (`fastest`) target that takes it. */
function place(servers: readonly Server[], pool: readonly Candidate[], question: PlanQuestion): Placement {
  const free = new Map(pool.map(({ room }) => [room.host, room.free]))
  const count = new Map<string, number>()
  const moves: PlannedMove[] = []
  const staying: Staying[] = []
  for (const server of servers) {
    const need = question.needs.get(server.id) ?? server.flavorNeed
    const group = question.groups.find(candidate => candidate.members.includes(server.id))
    const order =
      question.settings.evacuate.spread === 'fastest'
        ? pool.toSorted((a, b) => (count.get(a.room.host) ?? 0) - (count.get(b.room.host) ?? 0))
        : pool
    const objections: string[] = []
    const target = order.find(({ room }) => {
      const objection = objectionToTarget(
        server,
        need,
        { ...room, free: free.get(room.host) ?? room.free },
        group,
        moves,
        question
      )
      if (objection !== undefined) objections.push(`${room.host}: ${objection}`)
      return objection === undefined
    })
    if (target === undefined) {
      staying.push({
        server: server.id,
        name: server.name,
        because: 'room',
        reason: objections.join('; ') || 'there is no target to choose from',
        ...policyOf(server, question)
      })
      continue
    }
    const host = target.room.host
    free.set(host, subtract(free.get(host) ?? {}, need))
    count.set(host, (count.get(host) ?? 0) + 1)
    const serial = group?.policy === 'anti-affinity' ? { group: group.id } : {}
    moves.push({ server: server.id, name: server.name, target: host, need, ...serial, ...policyOf(server, question) })
  }
  const used = new Set(moves.map(move => move.target))
  const refused = Object.fromEntries(
    pool.filter(({ room }) => !used.has(room.host)).map(({ room }) => [room.host, 'takes none of the servers'])
  )
  return { moves, staying, refused }
}

function policyOf(server: Server, question: PlanQuestion): Pick<PlannedMove, 'policy'> {
  const policy = question.policy.get(server.id)
  return policy === undefined ? {} : { policy }
}

function objectionToTarget(
  server: Server,
  need: Amounts,
  room: Room,
  group: ServerGroup | undefined,
  moves: readonly PlannedMove[],
  question: PlanQuestion
): string | undefined {
  const only = question.pinned.get(server.id)
  if (only !== undefined && only !== room.host) return `a copy may run on ${only}, so it may go to no other host`
  const missing = missingTrait(server, room)
  if (missing !== undefined) return missing
  if (group?.policy === 'anti-affinity') {
    const members = group.members.filter(id => id !== server.id)
    const there = members.filter(
      id =>
        question.elsewhere.get(id) === room.host || moves.some(move => move.server === id && move.target === room.host)
    )
    if (there.length >= group.maxPerHost)
      return `anti-affinity group ${group.id} has ${there.length} member there already`
  }
  return fitsInto(need, room)
}

function missingTrait(server: Server, room: Room): string | undefined {
  for (const [key, value] of Object.entries(server.extraSpecs)) {
    if (!key.startsWith('trait:')) continue
    const trait = key.slice('trait:'.length)
    if (value === 'required' && !room.traits.includes(trait)) return `lacks the trait ${trait}`
    if (value === 'forbidden' && room.traits.includes(trait)) return `has the forbidden trait ${trait}`
  }
  return undefined
}

function priorityOf(server: Server, question: PlanQuestion): number {
  return question.policy.get(server.id)?.priority ?? defaultPriority
}

function sizeOf(server: Server, question: PlanQuestion): number {
  return (question.needs.get(server.id) ?? server.flavorNeed).MEMORY_MB ?? 0
}

function memory(room: Room): number {
  return room.free.MEMORY_MB ?? 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
