import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, settled } from '../expectations.ts'
import type { BmcBehaviour } from '../lab.ts'
import { scenario, type World } from '../scenario.ts'
import type { Wishes } from '../service-config.ts'
import type { RecoveryView } from '../views.ts'

type Bmc = NonNullable<Wishes['bmc']>

/** What a BMC does when its host panics, and what it says when nothing comes of it. */
const late: readonly (readonly [habit: string, how: BmcBehaviour])[] = [
  ['is slow', { slowSeconds: 4 }],
  ['takes a while to power off, with the guests running on', { poweringOffSeconds: 15 }]
]
const hopeless: readonly (readonly [habit: string, how: BmcBehaviour, told: RegExp])[] = [
  ['loses every packet', { unreachable: true }, /not proven off/],
  ['refuses the password', { wrongPassword: true }, /refuse[sd]/],
  ['accepts the power-off and leaves the host on', { stuckOn: true }, /says on/i],
  ['is that of another machine', { identity: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' }, /uuid/i]
]

const triesOfPerson = 5

/** Every habit of a BMC that is reached by `bmc`; `name`: of the scenarios. */
export function playHabits(name: string, bmc: Bmc): void {
  for (const [habit, how] of late) {
    scenario(name, `the BMC ${habit}: nothing moves before it is off`, { bmc }, async world => {
      await world.lab.behaveBmc('compute-01', how)
      const { id, servers } = await begin(world, 2)
      const view = await world.service.waitFor(id, 'the recovery to end or to wait for a person', settled)
      await expectRecovered(world, view, servers, bmc)
    })
  }

  for (const [habit, how, told] of hopeless) {
    scenario(name, `the BMC ${habit}: held, nothing moves`, { bmc }, async world => {
      const { lab, cloud, service } = world
      await lab.behaveBmc('compute-01', how)
      const { id } = await begin(world, 2)
      const view = await service.waitFor(id, 'the recovery to end or to wait for a person', settled)

      expect(view).toMatchObject({ state: 'held', proofs: {}, hold: { code: 'not-fenced', releasedBy: 'person' } })
      expect(view.hold?.reason).toMatch(told)
      expect(await cloud.evacuations()).toEqual([])
      await lab.behaveBmc('compute-01')
      expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
    })
  }

  scenario(name, 'the BMC says Off of a host that answers: it is not believed', { bmc }, async world => {
    const { lab, cloud, service } = world
    await lab.behaveBmc('compute-01', { liesOff: true })
    const { id } = await begin(world, 2, async () => await lab.kill('compute-01'))
    const view = await service.waitFor(id, 'the recovery to be held', one => one.state === 'held')

    expect(view).toMatchObject({ verdict: 'compute-down', fenceIntents: {}, proofs: {} })
    expect(await cloud.evacuations()).toEqual([])
  })

  scenario(name, 'the BMC fails every third request: nothing moves before it is off', { bmc }, async world => {
    const { lab, cloud, service } = world
    await lab.behaveBmc('compute-01', { errorRate: 0.3 })
    const { id, servers } = await begin(world, 2)
    let view = await service.waitFor(id, 'the recovery to end or to wait for a person', settled)
    // By chance each of its own tries may meet an error; then a person lets it try again.
    for (let asked = 0; view.state === 'held' && asked < triesOfPerson; asked++) {
      const { version } = view
      expect(view).toMatchObject({ proofs: {}, hold: { code: 'not-fenced', releasedBy: 'person' } })
      expect(await cloud.evacuations()).toEqual([])
      const words = { reason: 'it was busy', version }
      expect((await service.request('POST', `/v1/recoveries/${id}/retry`, words)).status).toBe(202)
      const isOver = (one: RecoveryView) => one.version !== version && settled(one)
      view = await service.waitFor(id, 'the recovery to end or to wait for a person', isOver)
    }
    await expectRecovered(world, view, servers, bmc)
  })
}

async function expectRecovered(
  { cloud }: World,
  view: RecoveryView,
  servers: readonly string[],
  method: Bmc
): Promise<void> {
  expect({ state: view.state, hold: view.hold }).toEqual({ state: 'recovered', hold: undefined })
  expect(view.proofs).toMatchObject({ 'compute-01': { kind: 'fenced', agents: [{ method }] } })
  await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
  await expectIsolated(cloud, 'compute-01')
}
