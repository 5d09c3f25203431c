import { expect } from '@jest/globals'
import { expectMoved, settled } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { usualSpares } from '../service-config.ts'

scenario(
  'k',
  'a spare that fails once the guests run is fenced itself before they start on another',
  {},
  async world => {
    const { lab, cloud, service } = world
    const servers = await lab.boot(2, { host: 'compute-01' })
    const dryRun = await service.request('POST', '/v1/recoveries', {
      host: 'compute-01',
      reason: 'which one',
      dryRun: true
    })
    const failing = (dryRun.body as { plan: { targets: string[] } }).plan.targets[0] ?? ''
    expect(usualSpares).toContain(failing)
    const other = usualSpares.find(spare => spare !== failing) ?? ''
    await lab.behaveHost(failing, { failAfterSpawn: true })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')

    const { id } = await service.opened('compute-01')
    const view = await service.waitFor(id, 'the recovery to end', settled)

    expect(view).toMatchObject({
      state: 'recovered',
      proofs: { 'compute-01': { kind: 'fenced' }, [failing]: { kind: 'fenced' } },
      targets: { [failing]: { state: 'failed' } }
    })
    expect(await lab.bmcPower(failing, 'status')).toBe('Off')
    await expectMoved(cloud, servers, 'compute-01', [other])
    // Until the first spare was off, nothing went to the second.
    const evacuations = await cloud.evacuations()
    const firstElsewhere = evacuations.findIndex(({ dest_compute: to }) => to === other)
    expect(evacuations.slice(firstElsewhere).map(({ dest_compute: to }) => to)).toEqual(servers.map(() => other))
  }
)
