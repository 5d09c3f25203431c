import { expect } from '@jest/globals'
import { expectMoved, hasEnded } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { segment } from '../service-config.ts'
import type { RecoveryView } from '../views.ts'

// Two of the biggest servers fill a host, so one spare takes what one host had.
const wishes = { spares: ['compute-05'], hostsDownPercent: 60 }
const perHost = { count: 2, flavor: 'm1.huge' }

scenario(
  'j',
  'of two hosts that die at once the spare takes one, and a second spare the other',
  wishes,
  async world => {
    const { lab, cloud, service } = world
    const servers: Record<string, string[]> = {
      'compute-01': await lab.boot(perHost.count, { host: 'compute-01', flavor: perHost.flavor, prefix: 'first' }),
      'compute-02': await lab.boot(perHost.count, { host: 'compute-02', flavor: perHost.flavor, prefix: 'second' })
    }
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.alarm(service.alarmUrl(), 'compute-02')
    await lab.panic('compute-01', 'compute-02')

    const both = [await service.opened('compute-01'), await service.opened('compute-02')]
    const views = await Promise.all(
      both.map(({ id }) => service.waitFor(id, 'the recovery to end or lack a target', endedOrWithoutTarget))
    )
    expect(views.map(view => view.state).toSorted()).toEqual(['held', 'recovered'])
    const held = views.find(view => view.state === 'held')!
    const recovered = views.find(view => view.state === 'recovered')!
    expect(held).toMatchObject({ hold: { code: 'no-target' }, fenceIntents: {}, proofs: {} })
    expect(held.hold?.reason).toMatch(/compute-05/)
    await expectMoved(cloud, servers[recovered.host]!, recovered.host, ['compute-05'])
    expect(await lab.bmcPower(held.host, 'status')).toBe('On')

    await service.configure({ ...wishes, spares: ['compute-05', 'compute-06'] })
    await service.cli('spares', 'adopt', segment, '--yes')
    expect(await service.stop()).toBe(0)
    await service.start()
    const view = await service.waitFor(held.id, 'the held recovery to end', hasEnded)
    expect(view.state).toBe('recovered')
    await expectMoved(cloud, servers[held.host]!, held.host, ['compute-06'])
    await expectMoved(cloud, servers[recovered.host]!, recovered.host, ['compute-05'])
    // The spare that is in use is a host like any other: nobody takes it back.
    expect((await cloud.services())['compute-05']).toMatchObject({ status: 'enabled', forced_down: false })
  }
)

function endedOrWithoutTarget(view: RecoveryView): boolean {
  return hasEnded(view) || view.hold?.code === 'no-target'
}
