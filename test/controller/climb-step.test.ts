import { expect, test } from '@jest/globals'
import { type Climb, climbStep } from '../../src/controller/activities/fencing/climb-step.ts'
import type { Change, Fencing } from '../../src/controller/ports/ports.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import type { RecoveryEvent } from '../../src/core/recovery-event.ts'
import { FencingError, StoreUnavailable } from '../../src/errors.ts'
import { holdOf, nowMs, recoveryOf, segmentOf, source } from '../core/builders.ts'

test('two agents that never look at the same moment prove nothing before what may hold the fence was asked', async () => {
  let atMs = nowMs
  const started: Record<string, number> = { one: 0, two: 1 }
  const read: Fencing['read'] = async agent => {
    started[agent] = (started[agent] ?? 0) + 1
    const isHearsay = started[agent] % 2 === 0 ? ({ isHearsay: true } as const) : {}
    return { agent, method: 'ironic', power: 'off', atMs, ...isHearsay }
  }
  const advance = async (ms: number) => {
    atMs += ms
  }
  const ctx = {
    ports: {
      fencing: { read, powerOff: async () => undefined },
      clock: { now: () => atMs },
      policy: { segment: () => segmentOf() },
      store: { arming: async () => ({ armed: true, segments: {} }), write: async () => ({ version: 1 }) }
    },
    recovery: recoveryOf(),
    steps: [],
    signal: new AbortController().signal,
    assertMayAct: () => undefined,
    wait: advance,
    pause: advance,
    interrupted: () => false,
    isEnding: () => false
  } as unknown as Context
  const event: RecoveryEvent = { type: 'stopped', hold: holdOf('maintenance') }
  const climb: Climb = {
    heard: new Map(),
    objectionToPowerOff: async () => undefined,
    objectionToProof: async () => event,
    askedAtMs: nowMs
  }
  const step = { agents: ['one', 'two'], timeoutMs: 90_000, retries: 0 }
  expect(await climbStep(ctx, step, source, climb)).toEqual({ event })
})

test('an agent that can not be asked is told once for each cause, and goes on being asked', async () => {
  let atMs = nowMs
  const told: string[] = []
  let isStoreAway = true
  const why = () => (atMs - nowMs < 20_000 ? 'unreachable' : atMs - nowMs < 40_000 ? 'unknown' : 'refused')
  const ctx = {
    ports: {
      fencing: {
        async read() {
          throw new FencingError(why(), 'as it is')
        }
      },
      clock: { now: () => atMs },
      store: {
        async write(_: unknown, { events = [] }: Change) {
          if (isStoreAway) throw new StoreUnavailable('away')
          told.push(...events.map(({ text }) => text))
          return { version: 1 }
        }
      }
    },
    recovery: recoveryOf(),
    steps: [],
    async wait(ms: number) {
      atMs += ms
      isStoreAway = false
    },
    interrupted: () => false
  } as unknown as Context
  const climb = { heard: new Map(), askedAtMs: nowMs } as unknown as Climb
  const outcome = await climbStep(ctx, { agents: ['bmc'], timeoutMs: 90_000, retries: 0 }, source, climb)
  expect(outcome).toMatchObject({ because: 'bmc: refused: as it is' })
  const until = new Date(nowMs + 90_000).toISOString()
  expect(told).toEqual(['unreachable', 'unknown'].map(code => `bmc: ${code}: as it is; tried again until ${until}`))
})
