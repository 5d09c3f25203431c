import { spareReason } from '../../../src/core/marks.ts'
import type { Recovery } from '../../../src/core/recovery.ts'
import { fits } from '../../../src/emulator/model/placement.ts'
import type { ModelHost, ModelServer } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { isUpInNova } from './truth.ts'

/** Names a server that is said to have no target and the host that would take it; undefined when there is none. */
export function roomFor(at: Case, recovery: Recovery): string | undefined {
  const targets = [...at.world.hosts.values()].filter(host => isFree(at, recovery, host))
  for (const { server: id, because } of recovery.plan?.staying ?? []) {
    const server = at.world.servers.get(id)
    if (because !== 'room' || server?.host !== recovery.host) continue
    const target = targets.find(host => wouldTake(at, recovery, server, host))
    if (target !== undefined) return `${target.name} would take ${server.name}`
  }
  return undefined
}

/** The method may use it, nobody else has it, and nothing is wrong with it. */
function isFree({ world, segment, spares, recorder }: Case, recovery: Recovery, host: ModelHost): boolean {
  const { method } = recovery.settings
  const isSpare = spares.includes(host.name)
  if (host.name === recovery.host || (isSpare ? method === 'auto' : method === 'reserved_host')) return false
  if (!isUpInNova(world, host) || recovery.proofs[host.name] !== undefined) return false
  const use = recovery.targets[host.name]
  if (use?.state === 'failed' || use?.state === 'lost') return false
  const others = [...recorder.recoveries.values()].filter(other => other.id !== recovery.id)
  if (others.some(other => other.targets[host.name] !== undefined || other.host === host.name)) return false
  if (isSpare) return use !== undefined ? host.enabled : !host.enabled && host.disabledReason === spareReason
  return host.enabled && segment.name === recovery.segment
}

/** There is room beside what is planned for it already, and no group forbids it. */
function wouldTake({ world }: Case, recovery: Recovery, server: ModelServer, host: ModelHost): boolean {
  const planned = (recovery.plan?.moves ?? []).filter(move => move.target === host.name)
  const need: Record<string, number> = { ...server.need }
  for (const move of planned)
    for (const [name, amount] of Object.entries(move.need)) need[name] = (need[name] ?? 0) + amount
  if (!fits(world, host, need) || server.allocatedOn.has(host.name)) return false
  const group = world.groups.find(one => one.policy === 'anti-affinity' && one.members.includes(server.id))
  if (group === undefined) return true
  const there = group.members.filter(
    id =>
      id !== server.id &&
      (world.servers.get(id)?.allocatedOn.has(host.name) || planned.some(move => move.server === id))
  )
  return there.length < group.maxPerHost && Object.keys(server.extraSpecs).length === 0
}
