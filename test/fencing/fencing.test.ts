import { expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import { createFencing } from '../../src/fencing/fencing.ts'
import { silent, unused } from './deps.ts'
import { password, startFakeBmc, user } from './fake-bmc.ts'

test('a BMC that is asked without TLS is warned of at the start, one with it is not', () => {
  const base = { type: 'redfish', user, password, insecure: false } as const
  const warned: object[] = []
  const log = { ...silent, warn: (data: object) => void warned.push(data) }
  const safe = { ...base, url: 'https://{host}-bmc', hosts: {} }
  const own = { ...base, url: 'https://{host}-bmc', hosts: { 'node-1': { url: 'http://10.0.0.1' } } }
  createFencing(
    { safe, own, plain: { ...base, url: 'http://{host}-bmc', hosts: {} } },
    { log, clock: systemClock, ...unused }
  )
  expect(warned).toEqual([{ agent: 'own' }, { agent: 'plain' }])
})

test('an agent is found by its name, and one that is not configured refuses', async () => {
  const bmc = await startFakeBmc()
  const rack = { type: 'redfish', user, password, insecure: false, hosts: { 'node-1': { url: bmc.url } } } as const
  const fencing = createFencing({ rack }, { log: silent, clock: systemClock, ...unused })
  try {
    expect(await fencing.read('rack', 'node-1')).toMatchObject({ agent: 'rack', power: 'on' })
    await fencing.powerOff('rack', 'node-1')
    expect(await fencing.read('rack', 'node-1')).toMatchObject({ power: 'off' })
    expect(fencing.settleMs('rack')).toBe(60_000)
    expect(fencing.settleMs('taken away by a restart')).toBe(180_000)
    await expect(fencing.read('other', 'node-1')).rejects.toMatchObject({ name: 'FencingError', code: 'refused' })
    await fencing.close()
    expect(bmc.openSessions()).toBe(0)
  } finally {
    await bmc.close()
  }
})
