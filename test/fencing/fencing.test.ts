import { expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import type { BareMetal, BareMetalNode } from '../../src/controller/ports/machine-ports.ts'
import { CloudError } from '../../src/errors.ts'
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
    expect(fencing.wayOf('rack', 'node-1')).not.toBe(fencing.wayOf('rack', 'node-2'))
    expect(fencing.wayOf('other', 'node-1')).toBe('not configured')
    await fencing.close()
    expect(bmc.openSessions()).toBe(0)
  } finally {
    await bmc.close()
  }
})

/** A BMC, and an Ironic that has the same machine as its node, or does not answer. */
async function bmcAndIronic(isAway = false) {
  const bmc = await startFakeBmc()
  const warned: string[] = []
  const done: string[] = []
  const node: BareMetalNode = {
    ...{ uuid: 'u', power: 'power on', isChanging: false, isReserved: false, maintenance: false },
    ...{ maintenanceReason: undefined, fault: undefined, lastError: undefined }
  }
  const ironic: BareMetal = {
    node: async () => {
      if (isAway) throw new CloudError('unreachable', 'Ironic is away')
      return node
    },
    async setMaintenance() {
      const { power } = await fencing.read('rack', 'node-1')
      done.push(`maintenance while ${power}`)
      return {}
    },
    async powerOff() {
      done.push('power off by Ironic')
      return {}
    }
  }
  const log = { ...silent, warn: (_data: object, message: string) => void warned.push(message) }
  const rack = { type: 'redfish', user, password, insecure: false, hosts: { 'node-1': { url: bmc.url } } } as const
  const undercloud = { type: 'ironic', node: '{host}', settleSeconds: 90, hosts: {} } as const
  const deps = { ...unused, log, clock: systemClock, bareMetal: () => ironic }
  const fencing = createFencing({ rack, undercloud }, deps)
  const close = async () => {
    await fencing.close()
    await bmc.close()
  }
  return { fencing, warned, done, close }
}

test('Ironic would switch on again what a BMC powers off, so the node is in maintenance before', async () => {
  const { fencing, warned, done, close } = await bmcAndIronic()
  try {
    await fencing.powerOff('rack', 'node-1')
    expect(await fencing.read('rack', 'node-1')).toMatchObject({ power: 'off' })
    expect(done).toEqual(['maintenance while on'])
    // A power-off waits for it, and may arrive later.
    expect([fencing.settleMs('rack'), fencing.settleMs('undercloud')]).toEqual([70_000, 210_000])
    expect(warned).not.toContain('Ironic could not be told to leave the host off')
  } finally {
    await close()
  }
})

test('an Ironic that is away does not keep a BMC from powering off, and that is said', async () => {
  const { fencing, warned, close } = await bmcAndIronic(true)
  try {
    await fencing.powerOff('rack', 'node-1')
    expect(await fencing.read('rack', 'node-1')).toMatchObject({ power: 'off' })
    expect(warned).toContain('Ironic could not be told to leave the host off')
  } finally {
    await close()
  }
})
