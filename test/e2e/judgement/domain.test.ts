import { expect } from '@jest/globals'
import { hasEnded } from '../expectations.ts'
import { scenario, type World } from '../scenario.ts'
import { expectHeldBy, expectRecovered, guardOf, tell } from './held.ts'

const both = ['compute-01', 'compute-02']
const wishes = {
  hostsDownPercent: 100,
  more: { limits: { recoveriesPerHour: 100, domain: { key: 'feed', hostsDown: 1, recoveriesPerHour: 100 } } }
}

/** Two hosts of one feed die at once, and are held for that. */
async function feedFails(world: World): Promise<{ ids: string[]; servers: string[][] }> {
  const { lab, cloud, service } = world
  await cloud.createAggregate('row-1', { feed: 'f1' }, both.slice(0, 1))
  await cloud.createAggregate('row-2', { feed: 'f1' }, both.slice(1))
  const servers = [
    await lab.boot(2, { host: 'compute-01', prefix: 'first' }),
    await lab.boot(1, { host: 'compute-02', prefix: 'second' })
  ]
  for (const host of both) await lab.alarm(service.alarmUrl(), host)
  await lab.panic(...both)
  const ids: string[] = []
  for (const host of both) ids.push((await service.opened(host)).id)
  for (const id of ids) {
    const held = await expectHeldBy(world, id, 'domain', {
      releasedBy: 'world',
      reason: /2 of 2 hosts of feed=f1 look down \(at most 1\)/,
      inputs: { domain: 'feed=f1', of: 2, hostsDownMax: 1 }
    })
    expect(held.fenceIntents).toEqual({})
    expect(guardOf(held, 'domain')?.inputs.down).toEqual(both)
  }
  return { ids, servers }
}

scenario(
  'domain',
  'two hosts of one feed die: both are held; one comes back, and the other is recovered by itself',
  wishes,
  async world => {
    const { lab, cloud, service } = world
    const {
      ids: [dead = '', back = ''],
      servers: [moved = [], stayed = []]
    } = await feedFails(world)
    await lab.start('compute-02')
    expect(await service.waitFor(back, 'the other to be dismissed', hasEnded)).toMatchObject({
      state: 'dismissed',
      verdict: 'healthy',
      fenceIntents: {}
    })
    await expectRecovered(world, dead, moved)
    // It has booted, so its server may be stopped.
    for (const id of stayed) expect(await cloud.server(id)).toMatchObject({ 'OS-EXT-SRV-ATTR:host': 'compute-02' })
    expect((await cloud.evacuations()).filter(({ source_compute: from }) => from === 'compute-02')).toEqual([])
    expect(await lab.bmcPower('compute-02', 'status')).toBe('On')
  }
)

scenario(
  'domain',
  'two hosts of one feed die: one is approved, and the other goes on by itself when that is isolated',
  wishes,
  async world => {
    const { ids, servers } = await feedFails(world)
    await tell(world, ids[0]!, 'approve', 'the feed is broken, they are both dead')
    const approved = await expectRecovered(world, ids[0]!, servers[0]!)
    expect(guardOf(approved, 'domain')).toMatchObject({ approvedBy: 'olga' })
    const other = await expectRecovered(world, ids[1]!, servers[1]!)
    expect(guardOf(other, 'domain')?.approvedBy).toBeUndefined()
  }
)
