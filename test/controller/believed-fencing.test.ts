import { expect, test } from '@jest/globals'
import { believedFencing } from '../../src/controller/judgement/believed-fencing.ts'
import type { Fencing, Ports } from '../../src/controller/ports/ports.ts'

/** A store that takes its time to tell who is not believed, and nobody is. */
function slow(storeMs: number) {
  let nowMs = 0
  const sent: string[] = []
  const fencing: Partial<Fencing> = {
    settleMs: () => 70_000,
    async powerOff(agent, host) {
      sent.push(`${agent} ${host} after ${nowMs} ms`)
    }
  }
  const ports = { fencing, clock: { now: () => nowMs } } as unknown as Ports
  const believed = believedFencing(ports, {
    async standing() {
      nowMs += storeMs
      return []
    }
  })
  return { believed, sent }
}

test('until a power-off can no longer arrive it is waited for the store as well', async () => {
  const { believed, sent } = slow(9000)
  await believed.powerOff('bmc', 'compute-01')
  expect(sent).toEqual(['bmc compute-01 after 9000 ms'])
  expect(believed.settleMs('bmc') - 70_000).toBeGreaterThanOrEqual(9000)
})

test('one for which the store took longer is not sent', async () => {
  const { believed, sent } = slow(26_000)
  await expect(believed.powerOff('bmc', 'compute-01')).rejects.toMatchObject({ code: 'unreachable' })
  expect(sent).toEqual([])
})

test('nor one whose lease was lost meanwhile', async () => {
  const { believed, sent } = slow(1000)
  await expect(believed.powerOff('bmc', 'compute-01', AbortSignal.abort())).rejects.toMatchObject({
    code: 'unreachable'
  })
  expect(sent).toEqual([])
})
