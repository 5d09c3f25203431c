import { expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import { createFencing } from '../../src/fencing/fencing.ts'
import { password, startFakeBmc, user } from './fake-bmc.ts'

const silent = { info() {}, warn() {}, error() {} }

test('an agent is found by its name, and one that is not configured refuses', async () => {
  const bmc = await startFakeBmc()
  const rack = { type: 'redfish', user, password, insecure: false, hosts: { 'node-1': { url: bmc.url } } } as const
  const fencing = createFencing({ rack }, { log: silent, clock: systemClock })
  try {
    expect(await fencing.read('rack', 'node-1')).toMatchObject({ agent: 'rack', power: 'on' })
    await fencing.powerOff('rack', 'node-1')
    expect(await fencing.read('rack', 'node-1')).toMatchObject({ power: 'off' })
    expect(fencing.settleMs('rack')).toBe(60_000)
    await expect(fencing.read('other', 'node-1')).rejects.toMatchObject({ name: 'FencingError', code: 'refused' })
    await fencing.close()
    expect(bmc.openSessions()).toBe(0)
  } finally {
    await bmc.close()
  }
})
