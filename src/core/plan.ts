import type { Amounts, Room, Server, ServerGroup } from './inventory.ts'
import { objectionToMoving } from './movable.ts'
import { bestPlacement } from './placement.ts'
import type { ServerDecision } from './rules/server-policy.ts'
import type { Settings } from './segment.ts'

export interface PlannedMove {
  readonly server: string
  readonly name: string
  readonly target: string
  readonly need: Amounts
  /** Group whose members move one at a time. */
  readonly group?: string
  /** What the instance rules say of it, where there are any. */
  readonly policy?: ServerDecision
}

/**
 * Why a server stays. `room`: more room or another spare would help; `kind`: nothing we do would; `person`: somebody has
 * to look and vouch; `leaving`: it is being deleted, or has no guest here, and needs no move; `policy`: an instance rule
 * leaves it, which makes no recovery partial.
 */
export interface Staying {
  readonly server: string
  readonly name: string
  readonly because: 'room' | 'kind' | 'person' | 'leaving' | 'policy'
  readonly reason: string
  readonly policy?: ServerDecision
}

export interface Plan {
  readonly moves: readonly PlannedMove[]
  readonly staying: readonly Staying[]
  /** Targets used, in order. */
  readonly targets: readonly string[]
  /** Candidates that were not taken, each with its reason. */
  readonly refused: Readonly<Record<string, string>>
  readonly estimatedSeconds: number
  /** The same plan has the same hash; an approval counts for one hash. */
  readonly hash: string
}

/** A host that may take servers, with what it has left. */
export interface Candidate {
  readonly room: Room
  readonly isSpare: boolean
}

export interface PlanQuestion {
  readonly servers: readonly Server[]
  readonly needs: ReadonlyMap<string, Amounts>
  readonly groups: readonly ServerGroup[]
  /** Where members of groups run that are not on the failed host. */
  readonly elsewhere: ReadonlyMap<string, string>
  /** Pools in the order of the method: the first that takes all is used, else the one that takes most. */
  readonly pools: readonly (readonly Candidate[])[]
  /** Candidates that were ruled out before their room was looked at. */
  readonly unfit: Readonly<Record<string, string>>
  /** Servers that may go to one host only: what reached it may run there (rule 14). */
  readonly pinned: ReadonlyMap<string, string>
  /** Servers that somebody must look at first (rules 10, 13, 14), with the reason. */
  readonly blocked: ReadonlyMap<string, string>
  /** What the instance rules say of each server, where there are any. */
  readonly policy: ReadonlyMap<string, ServerDecision>
  readonly settings: Settings
}

/** What one target takes, once one server is under way: seconds a server (as measured by bench:whole-host on Nova 2025.1). */
const secondsPerMove = 5

/** Servers × targets → moves, or why not. The same question always gets the same answer. */
export function makePlan(question: PlanQuestion): Plan {
  const staying: Staying[] = []
  const movable: Server[] = []
  for (const server of question.servers) {
    const blocked = question.blocked.get(server.id)
    const objection = objectionToMoving(server, question.groups, question.settings)
    const policy = question.policy.get(server.id)
    if (policy?.then === 'leave' && objection?.because !== 'leaving')
      staying.push({ server: server.id, name: server.name, because: 'policy', reason: leftBy(policy), policy })
    else if (objection !== undefined) staying.push({ server: server.id, name: server.name, ...objection })
    else if (blocked !== undefined)
      staying.push({ server: server.id, name: server.name, because: 'person', reason: blocked })
    else movable.push(server)
  }
  const placed = bestPlacement(movable, question)
  const moves = placed.moves
  const targets = [...new Set(moves.map(move => move.target))]
  const refused = { ...question.unfit, ...placed.refused }
  for (const target of targets) delete refused[target]
  const stays = [...staying, ...placed.staying]
  return { moves, staying: stays, targets, refused, estimatedSeconds: estimate(moves), hash: hashOf(moves, stays) }
}

function leftBy({ rule }: ServerDecision): string {
  return `the instance rule "${rule}" leaves it`
}

function estimate(moves: readonly PlannedMove[]): number {
  const perTarget = new Map<string, number>()
  for (const move of moves) perTarget.set(move.target, (perTarget.get(move.target) ?? 0) + 1)
  return Math.max(0, ...perTarget.values()) * secondsPerMove
}

/** FNV-1a over what a person approves: who goes where, who stays. */
function hashOf(moves: readonly PlannedMove[], staying: readonly Staying[]): string {
  const lines = [
    ...moves.map(move => `${move.server}>${move.target}${move.policy?.then === 'leaveStopped' ? '!' : ''}`),
    ...staying.map(stay => `${stay.server}=${stay.because}`)
  ].toSorted()
  let hash = 0xcbf29ce484222325n
  for (const character of lines.join('\n'))
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}
