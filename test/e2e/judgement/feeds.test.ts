import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { settled, stopped } from '../expectations.ts'
import { scenario, type World } from '../scenario.ts'
import { usualHosts, usualSpares } from '../service-config.ts'
import type { RecoveryView } from '../views.ts'
import { layFeeds } from './feeds.ts'
import { expectNothingMoved, expectRecovered, say, tell } from './held.ts'

const feeds = layFeeds(['feed-a', 'feed-b'], [...usualHosts, ...usualSpares])
const unread = layFeeds([], [])

scenario(
  'feeds',
  'two feeds and a heartbeat beside the network: a host that is cut off is isolated, and emptied once both feeds are off',
  {
    agents: () => feeds.agents,
    probes: [feeds.heartbeat],
    segment: { fencing: [{ all: ['feed-a', 'feed-b'], timeoutSeconds: 30, retries: 0 }] }
  },
  async world => {
    const { lab, service } = world
    feeds.trouble('feed-b', 'refuses')
    const { id, servers } = await begin(world, 2, async () => await lab.cut('compute-01'))
    const refused = await heldUnfenced(world, id, /feed-b.*the unit refuses the password/)
    expect(refused.verdict).toBe('isolated')
    const heard = refused.evidence?.observations.find(({ source }) => source === 'exec:heartbeat')
    expect(heard).toMatchObject({ says: 'alive', detail: expect.stringMatching(/a heartbeat of a moment ago/) })
    expect([feeds.isOff('compute-01', 'feed-a'), feeds.isOff('compute-01', 'feed-b')]).toEqual([false, false])

    feeds.trouble('feed-b', 'stuck')
    await tell(world, id, 'retry', 'the password is mended')
    await service.waitFor(id, 'it to go on', one => one.state === 'fencing')
    await heldUnfenced(world, id, /feed-b.*says on/)
    expect([feeds.isOff('compute-01', 'feed-a'), feeds.isOff('compute-01', 'feed-b')]).toEqual([true, false])
    const guests = await lab.guests()
    expect(guests.filter(line => line.startsWith('compute-01') && line.endsWith('runs'))).toHaveLength(servers.length)

    feeds.trouble('feed-b', undefined)
    feeds.silence('compute-01')
    await tell(world, id, 'retry', 'the outlet switches again')
    const view = await expectRecovered(world, id, servers)
    const { readings = [] } = view.proofs['compute-01'] ?? {}
    const off = (agent: string) => expect.objectContaining({ agent, power: 'off', identity: `${agent} of compute-01` })
    expect(readings).toEqual(expect.arrayContaining([off('feed-a'), off('feed-b')]))
    expect(readings).toHaveLength(4)
  }
)

scenario(
  'feeds',
  "a heartbeat that can't be read is no vote: held for want of it, and recovered by itself when it tells of the death",
  { probes: [unread.heartbeat], confirm: { sourcesMin: 3, timeoutSeconds: 25 } },
  async world => {
    unread.trouble('heartbeat', 'away')
    const { id, servers } = await begin(world, 2)
    const held = await world.service.waitFor(id, 'the recovery to be held', stopped)
    say(`unconfirmed: ${held.hold?.reason}`)
    expect(held).toMatchObject({ state: 'held', hold: { code: 'unconfirmed' }, fenceIntents: {}, proofs: {} })
    expect(held.hold?.reason).toMatch(/heartbeat/)
    const asked = held.evidence?.observations.find(({ source }) => source === 'exec:heartbeat')
    expect(asked).toMatchObject({ says: 'unknown', detail: expect.stringMatching(/the storage does not answer/) })
    await expectNothingMoved(world, 'compute-01')

    unread.silence('compute-01')
    unread.trouble('heartbeat', undefined)
    const view = await expectRecovered(world, id, servers)
    expect(view.verdict).toBe('dead')
  }
)

async function heldUnfenced(world: World, id: string, told: RegExp): Promise<RecoveryView> {
  const view = await world.service.waitFor(id, 'the recovery to end or to wait for a person', settled)
  say(`not-fenced: ${view.hold?.reason}`)
  expect(view).toMatchObject({ state: 'held', proofs: {}, hold: { code: 'not-fenced', releasedBy: 'person' } })
  expect(view.hold?.reason).toMatch(told)
  await expectNothingMoved(world, 'compute-01')
  return view
}
