import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, hasEnded } from '../expectations.ts'
import { scenario } from '../scenario.ts'

const hosts = ['compute-01', 'compute-02', 'compute-03']
const spares = ['compute-04', 'compute-05', 'compute-06']

scenario(
  'old-records',
  "a spare dies before it hears of its servers, and the next one dies later: Nova's old records don't hold them up",
  { hosts, spares, hostsDownPercent: 100, moveTimeoutSeconds: 240 },
  async world => {
    const { lab, cloud, service } = world
    await lab.boot(1, { host: 'compute-01', prefix: 'early' })
    const dryRun = { host: 'compute-01', reason: 'which one', dryRun: true }
    const { body } = await service.request('POST', '/v1/recoveries', dryRun)
    const deaf = (body as { plan: { targets: string[] } }).plan.targets[0]!
    const pid = process.env.SWITCHOVER_EMULATOR === undefined ? await lab.pidOf(`nova-${deaf}`) : undefined

    const first = await begin(world, 3)
    await service.waitFor(first.id, 'its servers to be moved', view => view.state === 'moving' || hasEnded(view))
    // At once; the driver's own word takes longer.
    if (pid !== undefined) process.kill(-pid, 'SIGSTOP')
    await lab.panic(deaf)
    const moved = await service.waitFor(first.id, 'the recovery to end', hasEnded)
    expect(moved).toMatchObject({ state: 'recovered', targets: { [deaf]: { state: 'failed' } } })
    const second = moved.moveList.map(({ target }) => target)[0] ?? ''
    expect(spares.filter(spare => spare !== deaf)).toContain(second)

    await lab.panic(second)
    const { id } = await service.opened(second)
    const view = await service.waitFor(id, 'the second recovery to end', one => hasEnded(one) || one.state === 'held')
    const records = (await cloud.evacuations()).map(one => `${one.source_compute} ${one.dest_compute}: ${one.status}`)
    process.stdout.write(`(old-records) ${records.join(', ')}\n`)
    expect({ state: view.state, hold: view.hold }).toEqual({ state: 'recovered', hold: undefined })
    expect(records.filter(one => one.startsWith(second)).join()).toContain('accepted')
    await expectIsolated(cloud, second)
    const [last = ''] = spares.filter(spare => spare !== deaf && spare !== second)
    const guests = (await lab.guests()).filter(line => line.endsWith('runs'))
    for (const server of first.servers) {
      expect(await cloud.server(server)).toMatchObject({ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': last })
      expect(guests.filter(line => line.includes(server)).map(line => line.split(' ')[0])).toEqual([last])
    }
  }
)
