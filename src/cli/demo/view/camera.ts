import type { Scene } from '../scene.ts'
import { liveView } from './live-view.ts'
import type { Line } from './paint.ts'

/** Keeps the picture of the moment that tells most: half of the servers are where they go. */
export interface Camera {
  look(scene: Scene): void
  picture(): readonly Line[]
}

export const cameraWidth = 100
const height = 40

export function createCamera(): Camera {
  let best: readonly Line[] = []
  let bestDistance = Number.POSITIVE_INFINITY
  return {
    look(scene) {
      const distance = Math.abs(0.5 - arrivedShare(scene))
      // While nothing tells more, the newest picture does.
      if (distance > bestDistance || (distance === bestDistance && distance < 0.5)) return
      bestDistance = distance
      best = liveView(scene, { width: cameraWidth, height })
    },
    picture: () => best
  }
}

function arrivedShare({ recoveries }: Scene): number {
  const moves = recoveries.at(-1)?.moveList ?? []
  const arrived = moves.filter(({ state }) => state === 'arrived').length
  return moves.length === 0 ? 0 : arrived / moves.length
}
