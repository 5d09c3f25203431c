import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, settled } from '../expectations.ts'
import type { BmcBehaviour } from '../lab.ts'
import { scenario } from '../scenario.ts'
import type { RecoveryView } from '../views.ts'

/** What a BMC does, and what must come of it when its host panics. */
const habits: readonly (readonly [habit: string, how: BmcBehaviour, end: 'recovered' | RegExp])[] = [
  ['is slow', { slowSeconds: 4 }, 'recovered'],
  ['says PoweringOff for a while, with the guests running on', { poweringOffSeconds: 15 }, 'recovered'],
  ['loses every packet', { unreachable: true }, /not proven off/],
  ['refuses the password', { wrongPassword: true }, /refuses user/],
  ['accepts the power-off and leaves the host on', { stuckOn: true }, /says on/i],
  ['is that of another machine', { identity: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' }, /uuid/i]
]

const triesOfPerson = 5

for (const [habit, how, end] of habits) {
  scenario('bmc-habits', `the BMC ${habit}`, {}, async world => {
    const { lab, cloud, service } = world
    await lab.behaveBmc('compute-01', how)
    const { id, servers } = await begin(world, 3)
    const view = await service.waitFor(id, 'the recovery to end or to wait for a person', settled)

    if (end === 'recovered') {
      expect({ state: view.state, hold: view.hold }).toEqual({ state: 'recovered', hold: undefined })
      await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
      await expectIsolated(cloud, 'compute-01')
      return
    }
    expect(view).toMatchObject({ state: 'held', proofs: {}, hold: { code: 'not-fenced', releasedBy: 'person' } })
    expect(view.hold?.reason).toMatch(end)
    expect(await cloud.evacuations()).toEqual([])
  })
}

scenario('bmc-habits', 'the BMC says Off of a host that answers: it is not believed', {}, async world => {
  const { lab, cloud, service } = world
  await lab.behaveBmc('compute-01', { liesOff: true })
  const { id } = await begin(world, 3, async () => await lab.kill('compute-01'))
  const view = await service.waitFor(id, 'the recovery to be held', one => one.state === 'held')

  expect(view).toMatchObject({ verdict: 'compute-down', fenceIntents: {}, proofs: {} })
  expect(await cloud.evacuations()).toEqual([])
})

scenario(
  'bmc-habits',
  'the BMC fails every third request: nothing moves before it is off, with more tries',
  {},
  async world => {
    const { lab, cloud, service } = world
    await lab.behaveBmc('compute-01', { errorRate: 0.3 })
    const { id, servers } = await begin(world, 3)
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

    expect(view.state).toBe('recovered')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
    await expectIsolated(cloud, 'compute-01')
  }
)
