import { isUnderWay } from '../../../src/emulator/model/attempts.ts'
import { lastReport, reports } from '../../../src/emulator/model/hosts.ts'
import type { ModelHost, ModelMigration } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { isLeaving } from './truth.ts'

/** Since when a host answers whoever asks it; undefined while it does not. */
export function answersSince({ world, chronicle }: Case, name: string): number | undefined {
  const host = hostOf(world, name)
  if (!host.powered || host.kernel !== 'running' || host.cutOff) return undefined
  return Math.max(0, chronicle.last('boot', name) ?? 0, chronicle.last('reconnect', name) ?? 0)
}

/** Nova must have called it down at every look that counts. */
export function isLongDown({ world, chronicle }: Case, host: ModelHost, lookMs?: number): boolean {
  return !reports(world, host) && chronicle.isOld(lastReport(world, host) + world.timing.serviceDownMs, lookMs)
}

/** Others forced it down, and nothing of ours did since. */
export function forcedDownByOthersSince({ world, chronicle }: Case, name: string): number | undefined {
  if (!hostOf(world, name).forcedDown) return undefined
  const since = chronicle.last('forceDown', name)
  const ours = world.deeds.findLast(deed => deed.kind === 'isolate' && deed.on === name)
  return since === undefined || (ours?.atMs ?? -1) > since ? undefined : since
}

/** Records of the evacuations that somebody works on, and not longer than a move may take. */
export function flying({ world, moved }: Pick<Case, 'world' | 'moved'>, timeoutMs: number): ModelMigration[] {
  const nowMs = world.clock.now()
  const askedAtMs = ({ server, createdAtMs }: ModelMigration): number =>
    Math.min(createdAtMs, ...[...moved.values()].map(servers => servers.get(server) ?? createdAtMs))
  // Of one that is deleted Nova still works off the rest; for us it is gone.
  const isGone = ({ server }: ModelMigration): boolean => {
    const found = world.servers.get(server)
    return found === undefined || isLeaving(found)
  }
  return [...world.attempts]
    .filter(attempt => isUnderWay(world, attempt) && nowMs - askedAtMs(attempt.record) < timeoutMs)
    .filter(attempt => !isGone(attempt.record))
    .map(attempt => attempt.record)
}
