import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { settled } from '../expectations.ts'
import { reload } from '../reloading.ts'
import { scenario, type World } from '../scenario.ts'
import { usualHosts, usualSpares, type Wishes } from '../service-config.ts'
import { until } from '../until.ts'
import type { RecoveryView } from '../views.ts'
import { layFeeds } from './feeds.ts'
import { expectRecovered, expectSparesUntouched, say, tell } from './held.ts'

const outlets = layFeeds(['pdu'], [...usualHosts, ...usualSpares])
const lies = /it says off while nova-compute of the host goes on reporting/
const wishes: Wishes = { agents: () => outlets.agents }

scenario(
  'liar',
  'a BMC that says off of a host that runs is found before the host dies, and proves nothing then',
  wishes,
  async world => {
    const { lab, service } = world
    await lab.behaveBmc('compute-01', { liesOff: true })
    // The first rehearsal is done at the start.
    expect(await service.stop()).toBe(0)
    await service.start()
    const found = await until('the rehearsal to find it', 180_000, async () => (await unfenceable(world))[0])
    expect(found).toMatchObject({ host: 'compute-01', agent: 'bmc', error: expect.stringMatching(lies) })
    expect((await service.request('GET', '/health')).body).toMatchObject({ status: 'degraded' })

    const { id, servers } = await begin(world, 2)
    await expectDisbelief(world, id, servers.length)
    // It stands in the store.
    expect(await service.stop()).toBe(0)
    await service.start()
    await tell(world, id, 'retry', 'it was restarted')
    await service.waitFor(id, 'it to be tried again', view => triesOf(view) > 1)
    await expectDisbelief(world, id, servers.length)

    expect(await reload(service, { ...wishes, segment: { fencing: ['bmc', 'pdu'] } })).not.toHaveProperty('failed')
    await tell(world, id, 'retry', 'the outlets can be switched')
    const view = await expectRecovered(world, id, servers)
    expect(view.proofs['compute-01']).toMatchObject({ kind: 'fenced', agents: [{ agent: 'pdu', method: 'exec' }] })
  }
)

/** Held, for what the BMC says is no word; the host runs, and nothing was touched. */
async function expectDisbelief({ lab, cloud, service }: World, id: string, guests: number): Promise<void> {
  const held = await service.waitFor(id, 'the recovery to end or to wait for a person', settled)
  say(`not-fenced: ${held.hold?.reason}`)
  expect(held).toMatchObject({ state: 'held', proofs: {}, hold: { code: 'not-fenced', releasedBy: 'person' } })
  expect(held.hold?.reason).toMatch(/bmc: it is not believed of compute-01: at .* it said off while the host reported/)
  const running = (await lab.guests()).filter(line => line.startsWith('compute-01') && line.endsWith('runs'))
  expect(running).toHaveLength(guests)
  expect(await cloud.evacuations()).toEqual([])
  await expectSparesUntouched(cloud)
}

function triesOf({ timeline }: RecoveryView): number {
  return timeline.filter(({ text }) => /^held: .* is not proven off/.test(text)).length
}

interface Unfenceable {
  readonly host: string
  readonly agent: string
  readonly error: string
}

async function unfenceable({ service }: World): Promise<readonly Unfenceable[]> {
  const { body } = await service.request('GET', '/health')
  const { segments } = body as { segments: { fencing?: { failed: Unfenceable[] } }[] }
  return segments.flatMap(({ fencing }) => fencing?.failed ?? [])
}
