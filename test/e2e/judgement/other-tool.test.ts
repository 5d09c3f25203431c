import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectMovedOnce, hasEnded, waitUntilDown } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'
import { expectHeldBy, expectRecovered, expectSparesUntouched, guardOf, say } from './held.ts'

const mark = 'Masakari detected host failed.'

scenario(
  'other-tool',
  "another tool's mark is on the host: nothing is touched until it is gone",
  { downSeconds: 15 },
  async world => {
    const { lab, cloud } = world
    const { id, servers } = await begin(world, 2, async () => {
      await lab.panic('compute-01')
      // Before that Nova asks the host itself to disable it, for a minute.
      await waitUntilDown(cloud, 'compute-01')
      await lab.reserve('compute-01', mark)
    })
    const held = await expectHeldBy(world, id, 'other-tool', {
      code: 'other-tool',
      releasedBy: 'world',
      reason: /another tool has compute-01 in hand: it is disabled with "Masakari/,
      inputs: { foreignEvacuations: 0, disabledReason: mark }
    })
    expect(held.fenceIntents).toEqual({})
    expect((await cloud.services())['compute-01']).toMatchObject({ disabled_reason: mark, forced_down: false })

    await lab.unreserve('compute-01')
    await expectRecovered(world, id, servers)
  }
)

scenario(
  'other-tool',
  'another tool evacuates the host: it is left alone, and what is left on the host is moved when that has ended',
  { downSeconds: 20 },
  async world => {
    const { lab, cloud, service } = world
    await lab.behaveHost('compute-02', { spawnSeconds: 50 })
    // Its guests stop with it: whoever evacuates it does no harm.
    const { id, servers } = await begin(world, 6, async () => await lab.off('compute-01'))
    await waitUntilDown(cloud, 'compute-01')
    const [ours = '', ...theirs] = servers
    for (const server of theirs) await cloud.act(server, { evacuate: { host: 'compute-02' } })

    const held = await service.waitFor(
      id,
      'another tool to be seen',
      one => one.hold?.guard === 'other-tool' || hasEnded(one)
    )
    say(`other-tool: ${held.hold?.reason}`)
    expect(held).toMatchObject({
      state: 'held',
      hold: {
        code: 'other-tool',
        releasedBy: 'world',
        reason: expect.stringMatching(/5 evacuations that are not ours/)
      },
      fenceIntents: {},
      proofs: {}
    })
    expect(guardOf(held, 'other-tool')?.inputs).toMatchObject({ foreignEvacuations: 5, foreignEvacuationsMax: 3 })
    await expectSparesUntouched(cloud)
    expect(await cloud.evacuations()).toHaveLength(theirs.length)

    const view = await service.waitFor(id, 'the recovery to end', hasEnded)
    expect(view).toMatchObject({ state: 'recovered', proofs: { 'compute-01': { kind: 'fenced' } } })
    await expectMovedOnce(cloud, servers, 'compute-01')
    const targets = view.plan?.targets ?? []
    expect(await hostOf(ours)).toBe(targets[0])
    for (const server of theirs) expect(await hostOf(server)).toBe('compute-02')
    await until('all to run', 60_000, async () => (await cloud.servers()).every(({ status }) => status === 'ACTIVE'))

    async function hostOf(server: string): Promise<string | null> {
      return (await cloud.server(server))['OS-EXT-SRV-ATTR:host']
    }
  }
)
