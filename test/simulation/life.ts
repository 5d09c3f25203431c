import type { Clock } from '../../src/clock.ts'

/** One life of a process: from its start to its crash or its stop. */
export interface Life {
  readonly alive: () => boolean
  /** The process dies; what it waits for never comes. */
  die(): void
  /** It stands still for `ms`: nothing that it waits for reaches it until then. */
  pause(ms: number): void
  isPaused(): boolean
  /** Comes when it goes on, or never if it died. */
  goesOn(): Promise<void>
}

export function createLife(clock: Clock, onDeath: () => void): { life: Life; died: Promise<'died'> } {
  const { promise, resolve } = Promise.withResolvers<'died'>()
  let isAlive = true
  let untilMs = 0
  const life: Life = {
    alive: () => isAlive,
    die() {
      if (!isAlive) return
      isAlive = false
      onDeath()
      resolve('died')
    },
    pause(ms) {
      untilMs = Math.max(untilMs, clock.now() + ms)
    },
    isPaused: () => clock.now() < untilMs,
    async goesOn() {
      while (isAlive && clock.now() < untilMs) await clock.sleep(untilMs - clock.now())
      if (!isAlive) await never()
    }
  }
  return { life, died: promise }
}

export function never(): Promise<never> {
  return new Promise(() => {})
}

/** The clock as a process sees it: who is dead or stands still is not woken. */
export function clockOf(clock: Clock, life: Life): Clock {
  return {
    now: clock.now,
    sleep: (ms, signal) =>
      new Promise(resolve => {
        void clock.sleep(ms, signal).then(async () => {
          if (life.isPaused()) await life.goesOn()
          if (life.alive()) resolve()
        })
      })
  }
}
