import { expect, test } from '@jest/globals'
import { type Climb, climbStep } from '../../src/controller/activities/fencing/climb-step.ts'
import type { Fencing } from '../../src/controller/ports/ports.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import type { RecoveryEvent } from '../../src/core/recovery-event.ts'
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
