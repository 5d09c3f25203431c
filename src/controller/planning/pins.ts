import { begunMigrationOf } from '../../core/fate.ts'
import type { Migration, Server } from '../../core/inventory.ts'
import { pinOf } from '../../core/moves.ts'
import type { Candidate } from '../../core/plan.ts'
import type { Recovery } from '../../core/recovery.ts'
import type { Step } from '../../core/step.ts'
import type { World } from './planning.ts'

/** Nova's records of an attempt before the host was isolated belong to this failure if they are not older than this. */
const episodeMs = 3_600_000

/**
 * Where each server may only go: what once reached a target may run there (rule 14). Our own journal tells, and so do
 * Nova's records, for an earlier recovery or somebody else may have tried before us.
 */
export async function pins(
  { store }: World,
  servers: readonly Server[],
  migrations: readonly Migration[],
  recovery: Recovery,
  steps: readonly Step[],
  novaAtMs: number
): Promise<Map<string, string>> {
  const isolated = recovery.isolation ?? (await store.isolationOf(recovery.host))?.isolation
  return new Map(
    servers.flatMap(({ id }): [string, string][] => {
      const host = pinOf(id, recovery, steps) ?? failedAt(id, migrations, recovery, isolated?.novaAtMs ?? novaAtMs)
      return host === undefined ? [] : [[id, host]]
    })
  )
}

/** The host that an evacuation of the server reached and where it failed, by Nova's records of this failure. */
export function failedAt(
  server: string,
  migrations: readonly Migration[],
  recovery: Recovery,
  novaAtMs: number
): string | undefined {
  if (recovery.vouchedServers[server] !== undefined) return undefined
  return migrations.find(
    one =>
      one.type === 'evacuation' &&
      one.server === server &&
      one.status === 'failed' &&
      one.createdAtMs >= novaAtMs - episodeMs &&
      one.dest !== undefined &&
      recovery.proofs[one.dest] === undefined
  )?.dest
}

/** One that may only go where nobody may be sent has to be looked at. */
export function withPinned(
  blocked: ReadonlyMap<string, string>,
  pinned: ReadonlyMap<string, string>,
  pool: readonly Candidate[]
): Map<string, string> {
  const all = new Map(blocked)
  for (const [server, host] of pinned) {
    if (pool.some(({ room }) => room.host === host) || all.has(server)) continue
    all.set(
      server,
      `a copy may run on ${host}, where an evacuation of it failed. Look for it there; when there is none, or it is destroyed, vouch for the server`
    )
  }
  return all
}

/** Rule 10: a live migration that had begun may have taken the guest along. */
export async function blockedServers(
  { store }: World,
  servers: readonly Server[],
  migrations: readonly Migration[],
  recovery: Recovery
): Promise<Map<string, string>> {
  const blocked = new Map<string, string>()
  for (const server of servers) {
    const begun = begunMigrationOf(server.id, migrations)
    if (begun === undefined || recovery.vouchedServers[server.id] !== undefined) continue
    const { dest } = begun
    const isProven =
      dest !== undefined && (recovery.proofs[dest] ?? (await store.isolationOf(dest))?.proofs[dest]) !== undefined
    if (isProven) continue
    const where = dest ?? 'a host that Nova does not name'
    blocked.set(
      server.id,
      `a live migration to ${where} had begun (${begun.status}): it may run there. Look for it on ${where}, and vouch for the server when it does not run`
    )
  }
  return blocked
}
