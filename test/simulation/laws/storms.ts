import type { SegmentConfig } from '../../../src/controller/service/directory.ts'
import { isIsolatedByUs } from '../../../src/core/marks.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import { isUpInNova } from './truth.ts'

/** When more of the segment than allowed looked down to Nova, whoever looked. */
export interface Storms {
  /** To be called every second. */
  look(): void
  isNow(): boolean
  /** The last moment of the last storm, however short; ms. */
  lastMs(): number | undefined
  /** A moment in a storm that was so long that somebody must have seen it then, or later; ms. */
  seenMs(): number | undefined
}

/** So long a storm lasts at least that nobody can have missed it, and so long before its end it was seen for the last time. */
const longMs = 90_000
const lookMs = 60_000

export function watchStorms(world: World, segment: SegmentConfig): Storms {
  const { hostsDownPercent } = segment.limits
  const members = membersOf(segment)
  let sinceMs: number | undefined
  let lastMs: number | undefined
  let seenMs: number | undefined
  return {
    look() {
      const nowMs = world.clock.now()
      const isKnown = [...world.hosts.values()].every(host => !host.cellDown)
      const down = members.filter(name => looksDown(world, name)).length
      if (!isKnown || down < 2 || (100 * down) / members.length <= hostsDownPercent) {
        sinceMs = undefined
        return
      }
      sinceMs ??= nowMs
      lastMs = nowMs
      if (nowMs - sinceMs >= longMs) seenMs = nowMs - lookMs
    },
    isNow: () => sinceMs !== undefined,
    lastMs: () => lastMs,
    seenMs: () => seenMs
  }
}

export function membersOf(segment: Pick<SegmentConfig, 'hosts' | 'spares'>): string[] {
  return [segment.hosts, segment.spares].flatMap(members => ('names' in members ? [...members.names] : []))
}

function looksDown(world: World, name: string): boolean {
  const host = hostOf(world, name)
  return !isUpInNova(world, host) && !isIsolatedByUs(host.disabledReason)
}
