import type { Scene } from '../seen/scene.ts'
import { type Line, span } from '../terminal/paint.ts'
import { liveView } from './live-view.ts'

/** Keeps the picture of the moment that tells most: half of the servers are where they go. */
export interface Camera {
  look(scene: Scene): void
  /** What it kept, and below it how things stood at the end. */
  picture(end: readonly Line[], endMs: number): readonly Line[]
}

export const cameraWidth = 100
const height = 40

export function createCamera(): Camera {
  let best: readonly Line[] = []
  let takenMs = 0
  let bestDistance = Number.POSITIVE_INFINITY
  return {
    look(scene) {
      const distance = Math.abs(0.5 - arrivedShare(scene))
      // While nothing tells more, the newest picture does.
      if (distance > bestDistance || (distance === bestDistance && distance < 0.5)) return
      bestDistance = distance
      takenMs = scene.nowMs
      best = liveView(scene, { width: cameraWidth, height })
    },
    picture: (end, endMs) => [
      ...best,
      [],
      [span(` ⋮  ${Math.round((endMs - takenMs) / 1000)} s later`, 'dim')],
      [],
      ...end
    ]
  }
}

function arrivedShare({ recoveries }: Scene): number {
  const moves = recoveries.at(-1)?.moveList ?? []
  const arrived = moves.filter(({ state }) => state === 'arrived').length
  return moves.length === 0 ? 0 : arrived / moves.length
}
