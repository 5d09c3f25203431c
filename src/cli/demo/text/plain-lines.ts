import type { RecoveryView } from '../../../schemas/recovery.d.ts'
import { withNames } from '../../with-names.ts'
import type { Scene, Told } from '../seen/scene.ts'

/** What has happened since `before`, a line each, in the order in which it happened. */
export function plainLines(before: Scene | undefined, scene: Scene): string[] {
  const told = scene.story.slice(before?.story.length ?? 0)
  const several = scene.recoveries.length > 1
  const events = scene.recoveries.flatMap(recovery => news(before, recovery, several))
  return [...told, ...events]
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `${stamp(atMs - scene.startedAtMs)}  ${text}`)
}

function news(before: Scene | undefined, recovery: RecoveryView, several: boolean): Told[] {
  const seen = before?.recoveries.find(({ id }) => id === recovery.id)
  return recovery.timeline
    .slice(seen?.timeline.length ?? 0)
    .map(({ atMs, text }) => ({ atMs, text: sentence(text, recovery, several) }))
}

/** Of several recoveries each sentence says which it is about. */
export function sentence(text: string, recovery: RecoveryView, several: boolean): string {
  return `${several ? `${recovery.host}: ` : ''}${withNames(text, recovery)}`
}

export function stamp(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`
}
