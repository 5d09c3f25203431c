import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { hasEnded } from '../expectations.ts'
import { scenario, type World } from '../scenario.ts'
import { until } from '../until.ts'
import { guardOf, say, tell } from './held.ts'

const spares = ['compute-03', 'compute-04', 'compute-05', 'compute-06']

scenario(
  'chain',
  'each spare dies under the servers that come to it: the third one is not fenced before a person has looked',
  { hosts: ['compute-01', 'compute-02'], spares, hostsDownPercent: 100 },
  async world => {
    const { lab, cloud, service } = world
    for (const spare of spares) await lab.behaveHost(spare, { spawnSeconds: 20 })
    const { id, servers } = await begin(world, 2)
    const lost: string[] = []
    for (let count = 1; count <= 3; count++) {
      const target = await until(`target ${count} to be used`, 240_000, async () => {
        const onTheWay = (await cloud.evacuations()).filter(({ status }) => status === 'pre-migrating')
        return onTheWay.map(({ dest_compute: to }) => to).find(to => to !== null && !lost.includes(to))
      })
      await lab.panic(target!)
      lost.push(target!)
      const { id: its } = await service.opened(target!)
      if (count < 3)
        expect(await service.waitFor(its, 'the spare to be fenced', hasEnded)).toMatchObject({ chain: count })
      else await expectThird(its)
    }
    const view = await service.waitFor(id, 'the recovery to end', hasEnded)
    expect(view.state).toBe('recovered')
    const left = spares.filter(spare => !lost.includes(spare))
    await expectOnce(world, servers, left[0]!)

    async function expectThird(its: string): Promise<void> {
      const held = await service.waitFor(
        its,
        'the chain to hold it',
        one => one.hold?.guard === 'chain' || hasEnded(one)
      )
      say(`chain: ${held.hold?.reason}`)
      expect(held).toMatchObject({ state: 'held', hold: { code: 'guard', releasedBy: 'person' }, fenceIntents: {} })
      expect(held.hold?.reason).toMatch(/3 targets in a chain were lost/)
      expect(guardOf(held, 'chain')?.inputs).toEqual({ lostTargets: 3, lostTargetsMax: 2 })
      const evacuated = await cloud.evacuations()
      expect(evacuated.map(({ dest_compute: to }) => to)).not.toContain(spares.find(spare => !lost.includes(spare)))
      await tell(world, its, 'approve', 'it was the firmware of these three')
      await service.waitFor(its, 'the third to be fenced', hasEnded)
    }
  }
)

/** Each runs on this one. The records of those that died on their way stay as they were, until their hosts come back. */
async function expectOnce({ lab, cloud }: World, servers: readonly string[], target: string): Promise<void> {
  const evacuations = await cloud.evacuations()
  const guests = await lab.guests()
  for (const id of servers) {
    expect(await cloud.server(id)).toMatchObject({ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': target })
    const ended = evacuations.filter(one => one.instance_uuid === id && /^(done|completed)$/.test(one.status))
    expect(ended).toHaveLength(1)
    const running = guests.filter(line => line.includes(id) && line.endsWith('runs'))
    expect(running.map(line => line.split(' ')[0])).toEqual([target])
  }
}
