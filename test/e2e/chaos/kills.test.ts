import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { hasEnded } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { expectRecovered, say } from './laws.ts'

/** Then it is let alone, for on a real cloud its moves take long enough. */
const killsMax = 25
const killsMin = 20

scenario(
  'kills',
  'a service that is killed at random moments, at least twenty times, moves thirty servers once each',
  { perSpare: 1 },
  async world => {
    const { service } = world
    const { id, servers } = await begin(world, 30)
    let kills = 0
    const states: Record<string, number> = {}
    while (kills < killsMax) {
      // Long enough now and then that something is done.
      await delay(Math.random() * 7000)
      const { state, ...view } = await service.recovery(id)
      if (hasEnded({ state, ...view })) break
      await service.kill()
      states[state] = (states[state] ?? 0) + 1
      kills += 1
      await service.start()
    }
    say(`(kills) killed ${kills} times: ${JSON.stringify(states)}`)
    expect(kills).toBeGreaterThanOrEqual(killsMin)
    await expectRecovered(world, id, servers)
  }
)
