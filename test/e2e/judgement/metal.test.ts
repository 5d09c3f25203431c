import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, settled, stopped } from '../expectations.ts'
import { enrolNodes, lackOfNodes, type Nodes } from '../nodes.ts'
import { scenarioUnless, type World } from '../scenario.ts'
import { redfishConfig, usualHosts, type Wishes } from '../service-config.ts'
import { until } from '../until.ts'
import type { RecoveryView } from '../views.ts'

const lack = await lackOfNodes()
const host = 'compute-01'
/** Longer than Ironic takes to look at a node that is not in maintenance. */
const syncMs = 25_000
const ours = /^switchover: failed/

/** The host is a node of Ironic while the story is told. */
function metal(name: string, wishes: Wishes, story: (world: World, nodes: Nodes) => Promise<void>): void {
  const agents: Wishes['agents'] = bmcs => ({ ironic: { type: 'ironic' }, ...wishes.agents?.(bmcs) })
  scenarioUnless(lack, 'metal', name, { ...wishes, agents }, async world => {
    const nodes = await enrolNodes(world.lab, [host])
    try {
      await story(world, nodes)
    } finally {
      await nodes.remove()
    }
  })
}

const fencedBy = (...fencing: unknown[]): Wishes => ({ segment: { fencing } })

async function expectRecovered({ lab, cloud, service }: World, begun: Awaited<ReturnType<typeof begin>>) {
  const view = await service.waitFor(begun.id, 'the recovery to end or to wait for a person', settled)
  expect({ state: view.state, hold: view.hold }).toEqual({ state: 'recovered', hold: undefined })
  expect(await lab.bmcPower(host, 'status')).toBe('Off')
  await expectMoved(cloud, begun.servers, host, view.plan?.targets ?? [])
  await expectIsolated(cloud, host)
  return view
}

async function expectHeld({ cloud, service }: World, id: string, words: RegExp): Promise<RecoveryView> {
  const view = await service.waitFor(id, 'the recovery to end or to wait for a person', settled)
  expect(view).toMatchObject({ state: 'held', proofs: {}, hold: { code: 'not-fenced', releasedBy: 'person' } })
  expect(view.hold?.reason).toMatch(words)
  process.stdout.write(`(metal) an operator reads: ${view.hold?.reason}\n`)
  expect(await cloud.evacuations()).toEqual([])
  return view
}

async function openRecoveries({ service }: World) {
  return (await service.recoveries(`?host=${host}`)).filter(({ state }) => state !== 'dismissed')
}

const offOf = (agent: string, method: string, identity: string) =>
  expect.objectContaining({ agent, method, identity, power: 'off' })

metal('Ironic powers the dead host off, and keeps it in maintenance', fencedBy('ironic'), async (world, nodes) => {
  const { uuid } = await nodes.node(host)
  const view = await expectRecovered(world, await begin(world, 5))

  const { kind, readings } = view.proofs[host] ?? {}
  expect({ kind, readings }).toEqual({
    kind: 'fenced',
    readings: [offOf('ironic', 'ironic', uuid), offOf('ironic', 'ironic', uuid)]
  })
  const kept = { power_state: 'power off', maintenance: true, maintenance_reason: expect.stringMatching(ours) }
  await delay(syncMs)
  expect(await nodes.node(host)).toMatchObject(kept)
  expect(await world.lab.bmcPower(host, 'status')).toBe('Off')

  // Back by Ironic, then out of maintenance: so it stays on.
  await nodes.power(host, 'power on')
  await nodes.maintain(host, undefined)
  await delay(syncMs)
  expect(await nodes.node(host)).toMatchObject({ power_state: 'power on', maintenance: false })
  expect(await world.lab.bmcPower(host, 'status')).toBe('On')
})

metal('both Redfish and Ironic have to prove it', fencedBy({ all: ['bmc', 'ironic'] }), async (world, nodes) => {
  const { uuid } = await nodes.node(host)
  const view = await expectRecovered(world, await begin(world, 3))
  const { readings = [] } = view.proofs[host] ?? {}
  expect(readings.map(({ agent }) => agent).toSorted()).toEqual(['bmc', 'bmc', 'ironic', 'ironic'])
  expect(readings).toContainEqual(offOf('ironic', 'ironic', uuid))
})

const wrongPassword: Wishes['agents'] = bmcs => {
  const hosts = bmcs.map(bmc => ({ ...bmc, password: 'not it' }))
  return { wrong: redfishConfig(hosts) }
}

metal(
  'a BMC refuses our password, and Ironic, which has the right one, proves it',
  { ...fencedBy('wrong', 'ironic'), agents: wrongPassword },
  async world => {
    const view = await expectRecovered(world, await begin(world, 3))
    expect(view.proofs[host]).toMatchObject({ kind: 'fenced', agents: [{ agent: 'ironic' }] })
  }
)

metal(
  'Redfish powers off what is a node of Ironic, which does not switch it on again',
  fencedBy('bmc', 'ironic'),
  async (world, nodes) => {
    const view = await expectRecovered(world, await begin(world, 3))
    expect(view.proofs[host]).toMatchObject({ kind: 'fenced', agents: [{ agent: 'bmc' }] })
    await delay(syncMs)
    expect(await world.lab.bmcPower(host, 'status')).toBe('Off')
    expect(await nodes.node(host)).toMatchObject({ maintenance: true, maintenance_reason: expect.stringMatching(ours) })
  }
)

metal('a node that a person maintains is left alone until that ends', fencedBy('ironic'), async (world, nodes) => {
  const { lab, cloud, service } = world
  await nodes.maintain(host, 'a new DIMM')
  const begun = await begin(world, 3)
  const view = await service.waitFor(begun.id, 'the recovery to be held', one => one.state === 'held')
  expect(view).toMatchObject({ fenceIntents: {}, proofs: {}, hold: { guard: 'maintenance', releasedBy: 'person' } })
  expect(view.hold?.reason).toContain('a new DIMM')
  expect(await lab.bmcPower(host, 'status')).toBe('On')
  expect(await cloud.evacuations()).toEqual([])
  expect(await nodes.node(host)).toMatchObject({ maintenance: true, maintenance_reason: 'a new DIMM' })

  await nodes.maintain(host, undefined)
  const goesOn = (one: RecoveryView) => settled(one) && one.hold?.guard !== 'maintenance'
  await service.waitFor(begun.id, 'the recovery to go on', goesOn)
  await expectRecovered(world, begun)
})

const demo = { username: 'demo', project_name: 'demo' }

metal(
  'Ironic refuses our user',
  { ...fencedBy('stranger'), users: { demo }, agents: () => ({ stranger: { type: 'ironic', cloud: 'demo' } }) },
  async world => {
    const { id } = await begin(world, 2)
    await expectHeld(world, id, /stranger: .*(refused|no node)/)
    expect(await world.lab.bmcPower(host, 'status')).toBe('On')
  }
)

metal('Ironic does not have the host', fencedBy('ironic'), async (world, nodes) => {
  await nodes.remove()
  await expectHeld(world, (await begin(world, 2)).id, /Ironic has no node compute-01/)
})

/** Ironic tries a BMC that does not let it in for a minute, and says why only then. */
const patient = { agent: 'ironic', timeoutSeconds: 240 }

metal('the BMC refuses Ironic', fencedBy(patient), async (world, nodes) => {
  const begun = await begin(world, 2, async () => {
    await nodes.lockOut(host)
    await world.lab.panic(host)
  })
  await expectHeld(world, begun.id, /Ironic did not power it off: .*IPMI/)
  expect(await world.lab.bmcPower(host, 'status')).toBe('On')
})

metal(
  'Ironic remembers as off what runs, and its BMC refuses Ironic: not proven',
  fencedBy(patient),
  async (world, nodes) => {
    await nodes.power(host, 'power off')
    await nodes.maintain(host, 'switchover: failed compute host, and nobody lifted it when it came back')
    await world.lab.start(host)
    await until(`${host} to be back`, 120_000, async () => {
      const isUp = (await world.cloud.services())[host]?.state === 'up'
      return isUp && (await world.cloud.isSchedulable(host)) && (await openRecoveries(world)).length === 0
    })
    const begun = await begin(world, 2, async () => {
      await nodes.lockOut(host)
      await world.lab.panic(host)
    })
    expect(await nodes.node(host)).toMatchObject({ power_state: 'power off', maintenance: true })
    await expectHeld(world, begun.id, /Ironic did not power it off/)
    expect(await world.lab.bmcPower(host, 'status')).toBe('On')
  }
)

metal(
  'Ironic itself gave the node up, for its BMC refuses it: that is no maintenance of a person',
  fencedBy('ironic', 'bmc'),
  async (world, nodes) => {
    await nodes.lockOut(host)
    while ((await nodes.node(host)).fault !== 'power failure') await delay(1000)
    const view = await expectRecovered(world, await begin(world, 3))
    expect(view.proofs[host]).toMatchObject({ kind: 'fenced', agents: [{ agent: 'bmc' }] })
  }
)

const ironicHost = 'compute-ironic'

scenarioUnless(
  lack,
  'metal',
  "the nova-compute of bare metal dies, with a server on one of Ironic's machines: nothing is fenced or moved",
  { hosts: [...usualHosts, ironicHost], segment: { fencing: ['none'] } },
  async ({ lab, cloud, service }) => {
    const [id = ''] = await lab.boot(1, { flavor: 'metal' })
    await lab.alarm(service.alarmUrl(), ironicHost)
    await lab.kill(ironicHost)
    try {
      const { id: recovery } = await service.opened(ironicHost)
      const view = await service.waitFor(recovery, 'the recovery to end or to be held', stopped)
      process.stdout.write(`(metal) an operator reads: ${view.reason}\n`)
      expect(view).toMatchObject({ state: 'dismissed', fenceIntents: {}, proofs: {} })
      expect(view.reason).toContain('bare metal')
      expect(await cloud.evacuations()).toEqual([])
      expect(await cloud.server(id)).toMatchObject({ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': ironicHost })
    } finally {
      await lab.start(ironicHost)
    }
  }
)
