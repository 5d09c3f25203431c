import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { crash } from '../control-plane.ts'
import { hasEnded } from '../expectations.ts'
import { scenario, type World } from '../scenario.ts'
import { usualHosts, usualSpares } from '../service-config.ts'
import type { RecoveryView } from '../views.ts'
import { expectHeldBy, expectRecovered, expectSparesUntouched, guardOf, tell } from './held.ts'

const allBmcs = [...usualHosts, ...usualSpares]

scenario(
  'control-plane',
  "Nova's scheduler is down, and then no BMC answers: held for each in turn, and recovered when both are back",
  {},
  async world => {
    const { lab, service } = world
    const { id, servers } = await begin(world, 2, async () => {
      await crash(lab, 'nova-scheduler')
      await lab.panic('compute-01')
    })
    const held = await expectHeldBy(world, id, 'control-plane', {
      releasedBy: 'world',
      reason: /no nova-scheduler is up: no server can be moved/,
      inputs: { schedulers: '0 of 1 up', conductors: '1 of 1 up' }
    })
    expect(held.fenceIntents).toEqual({})
    await refuseApproval(world, id)

    for (const host of allBmcs) await lab.behaveBmc(host, { unreachable: true })
    await lab.restart('nova-scheduler')
    const cutOff = await expectHeldBy(world, id, 'bmc-network', {
      releasedBy: 'world',
      reason: /neither the BMC of compute-01 nor that of compute-0\d, compute-0\d, compute-0\d answers/,
      inputs: {}
    })
    expect(guardOf(cutOff, 'bmc-network')?.inputs.silent).toHaveLength(3)
    await refuseApproval(world, id)

    for (const host of allBmcs) await lab.behaveBmc(host)
    await expectRecovered(world, id, servers)
    expect(await service.recoveries()).toHaveLength(1)
  }
)

scenario(
  'control-plane',
  "Nova's conductor is down, so that no host reports: the dead one is held, the others are dismissed when it is back",
  {},
  async world => {
    const { lab, cloud, service } = world
    const { id, servers } = await begin(world, 2, async () => {
      await crash(lab, 'nova-conductor')
      await lab.panic('compute-01')
    })
    await service.waitFor(id, 'it to be held', one => one.state === 'held' || hasEnded(one))
    // A real nova-compute reports through the conductor: then it is not only the conductor that looks down.
    const allAreDown = (await cloud.services())['compute-02']?.state === 'down'
    await expectHeldBy(world, id, allAreDown ? 'own-isolation' : 'control-plane', {
      code: allAreDown ? 'cloud' : 'guard',
      releasedBy: 'world',
      reason: allAreDown ? /Nova sees no host up|no service of Nova reports/ : /no nova-conductor is up/,
      inputs: allAreDown ? { up: 0 } : {}
    })
    expect(guardOf(await service.recovery(id), 'control-plane')).toMatchObject({
      holds: true,
      inputs: { schedulers: '1 of 1 up', conductors: '0 of 1 up' }
    })
    await refuseApproval(world, id)
    for (const { id: other, host } of await service.recoveries()) {
      if (other !== id) expect(await service.recovery(other)).toMatchObject({ host, fenceIntents: {}, proofs: {} })
    }

    await lab.restart('nova-conductor')
    await expectRecovered(world, id, servers)
    const others = (await service.recoveries()).filter(({ id: other }) => other !== id)
    for (const { id: other } of others)
      expect(await service.waitFor(other, 'the others to be dismissed', hasEnded)).toMatchObject({ state: 'dismissed' })
    for (const host of usualHosts.slice(1)) expect(await lab.bmcPower(host, 'status')).toBe('On')
  }
)

/** Where we would act blind, nobody's word helps: it is refused, and nothing comes of it. */
async function refuseApproval(world: World, id: string): Promise<void> {
  const { service, cloud } = world
  await tell(world, id, 'approve', 'go on')
  const isRefused = ({ timeline }: RecoveryView) => timeline.some(({ text }) => /approve of olga refused/.test(text))
  const view = await service.waitFor(id, 'the approval to be refused', isRefused)
  expect(view).toMatchObject({ state: 'held' })
  expect(view).not.toHaveProperty('approval')
  await expectSparesUntouched(cloud)
}
