import { expect, test } from '@jest/globals'
import { climbLadder } from '../../src/controller/activities/fencing/climb-ladder.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import type { FencingErrorCode } from '../../src/errors.ts'
import { FencingError } from '../../src/errors.ts'
import { hostOf, nowMs, readingOf, recoveryOf, segmentOf, source } from '../core/builders.ts'

const ladder = ['bmc', 'pdu'].map(agent => ({ agents: [agent], timeoutMs: 10_000, retries: 0 }))

/** What the agents of the failed host answer; those of others are well. */
async function climb(answers: Readonly<Record<string, FencingErrorCode>>) {
  let atMs = nowMs
  const ctx = {
    ports: {
      fencing: {
        async read(agent: string, host: string) {
          if (host === source) throw new FencingError(answers[agent] ?? 'unreachable', 'as it is')
          return { agent, method: 'redfish', power: 'on', atMs }
        }
      },
      cloud: { hosts: async () => readingOf(hostOf(source, { state: 'down' }), hostOf('compute-02')) },
      clock: { now: () => atMs, sleep: async () => await new Promise(() => undefined) },
      store: { write: async () => ({ version: 1 }) },
      policy: { segment: () => segmentOf({ fencing: ladder }), guards: { bmcNetwork: true } }
    },
    recovery: recoveryOf(),
    memory: {},
    steps: [],
    async wait(ms: number) {
      atMs += ms
    },
    interrupted: () => false
  } as unknown as Context
  return await climbLadder(ctx, source, ladder)
}

test('where no step is believed a retry helps nobody, and the hold asks for none', async () => {
  const reason = expect.stringMatching(
    /Nothing is moved\. Switch the host off, see that it is off, and vouch for it; a retry helps only/
  )
  expect(await climb({ bmc: 'disbelieved', pdu: 'disbelieved' })).toMatchObject({
    hold: { code: 'not-fenced', reason, retryHelps: false }
  })
})

test('where one may be mended it asks for that', async () => {
  const reason = expect.stringMatching(/mend the BMC's access and retry$/)
  const event = await climb({ bmc: 'disbelieved' })
  expect(event).toMatchObject({ hold: { code: 'not-fenced', reason } })
  expect(event).not.toHaveProperty('hold.retryHelps')
})

test('held for a BMC that does not answer, the guard tells which others do', async () => {
  const reason = `the BMC of ${source} does not answer, that of compute-02 does`
  expect(await climb({})).toMatchObject({
    hold: { code: 'not-fenced' },
    guards: [{ guard: 'bmc-network', holds: false, reason }]
  })
})
