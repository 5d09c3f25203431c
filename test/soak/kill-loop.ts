import { setTimeout as delay } from 'node:timers/promises'
import type { Emulator } from '../../src/emulator/start-emulator.ts'
import type { ServiceProcess } from '../e2e/service.ts'
import { until } from '../e2e/until.ts'
import type { RecoveryView } from '../e2e/views.ts'
import { onStage, type Report, type Stage } from './stage.ts'
import { misplaced, movedTwice, serversOn, wronged } from './truth.ts'

/** A life of the service; shorter ones would not get on at all, longer ones see the end too soon. */
const lifeMsMax = 5000

export interface KillLoop {
  readonly servers: number
  /** Fewer would show nothing. */
  readonly killsMin: number
  /** How long a target takes to spawn one: it sets how long the recovery lasts. */
  readonly spawnMs: number
}

/** The service dies at random moments, even while it starts, all through one recovery. */
export async function killLoop({ servers, killsMin, spawnMs }: KillLoop): Promise<Report> {
  const habits = { spawnMs }
  const hosts = {
    ...{ 'compute-01': { servers }, 'compute-02': { servers: 2 }, 'compute-03': {}, 'compute-04': {} },
    ...{ 'compute-05': { spare: true as const, habits }, 'compute-06': { spare: true as const, habits } }
  }
  return await onStage({ spec: { hosts }, wishes: () => ({ perSpare: 4 }) }, async stage => {
    const { emulator, lab, service } = stage
    const ids = [...serversOn(emulator, 'compute-01'), ...serversOn(emulator, 'compute-02')]
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')
    const { id } = await service.opened('compute-01')
    const begunMs = Date.now()
    const kills = await killUntilTheEnd(stage, id)
    const view = await service.recovery(id)
    return {
      figures: { servers, kills, ended: view.state, seconds: Math.round((Date.now() - begunMs) / 1000) },
      broken: [
        ...(kills < killsMin ? [`only ${kills} kills before the end`] : []),
        ...(view.state === 'recovered' ? [] : [`it ended ${view.state}: ${view.reason ?? ''}`]),
        ...lawsOf(emulator, ids),
        ...gapsIn(view)
      ]
    }
  })
}

async function killUntilTheEnd({ service }: Stage, id: string): Promise<number> {
  for (let kills = 0; ; kills++) {
    if (await hasEnded(service, id, lifeMsMax * Math.random())) return kills
    await service.kill()
    // Every third time it is killed again before it can have begun with anything.
    if (kills % 3 === 2) {
      const starting = service.start().catch(() => undefined)
      await delay(Math.random() * 500)
      await service.kill()
      await starting
      kills += 1
    }
    await service.start()
  }
}

async function hasEnded(service: ServiceProcess, id: string, withinMs: number): Promise<boolean> {
  const ends = ['recovered', 'partial', 'cancelled', 'dismissed']
  return await until('the end', withinMs, async () => ends.includes((await service.recovery(id)).state)).catch(
    () => false
  )
}

function lawsOf(emulator: Emulator, ids: readonly string[]): string[] {
  return [...misplaced(emulator, ids), ...movedTwice(emulator), ...wronged(emulator, ['compute-01'])]
}

/** Each entry has the number after that of the one before, and never an earlier time. */
export function gapsIn({ timeline }: RecoveryView): string[] {
  return timeline.flatMap((entry, index) => {
    const isNext = entry.seq === index + 1
    const isLater = entry.atMs >= (timeline[index - 1]?.atMs ?? 0)
    return isNext && isLater ? [] : [`the timeline's entry ${entry.seq} stands at place ${index + 1}`]
  })
}
