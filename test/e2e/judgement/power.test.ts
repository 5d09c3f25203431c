import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'

/** Whether the BMC is asked for evidence, and so whether a host that is off must be waited for. */
for (const power of [true, false]) {
  const asked = power ? 'the BMC is asked, and its Off speaks for the death' : 'nobody asks the BMC before the fence'

  scenario('power', `a host that is powered off is dead: ${asked}`, { confirm: { power } }, async world => {
    const { lab, cloud, service } = world
    const { id, servers } = await begin(world, 3, async () => await lab.off('compute-01'))
    const view = await service.waitFor(id, 'the recovery to end', settled)

    expect(view).toMatchObject({ state: 'recovered', verdict: 'dead', proofs: { 'compute-01': { kind: 'fenced' } } })
    const words = view.evidence?.observations.filter(({ source }) => source === 'power:bmc') ?? []
    expect(words.map(({ says }) => says)).toEqual(power ? ['down'] : [])
    expect(await lab.bmcPower('compute-01', 'status')).toBe('Off')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
    await expectIsolated(cloud, 'compute-01')
  })
}

scenario(
  'power',
  'three sources are asked for, and the BMC says On of a host that is silent: held, nothing is touched',
  { confirm: { power: true, sourcesMin: 3, timeoutSeconds: 40 } },
  async world => {
    const { lab, cloud, service } = world
    const { id } = await begin(world, 3)
    const view = await service.waitFor(id, 'the recovery to be held', one => one.state === 'held')

    expect(view).toMatchObject({ hold: { code: 'unconfirmed' }, fenceIntents: {}, proofs: {} })
    expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
    expect(await cloud.evacuations()).toEqual([])
  }
)
