import { expect } from '@jest/globals'
import { type Galera, startGalera } from '../../databases/servers/galera.ts'
import { beginWithReplica } from '../begin.ts'
import { expectMoved, settled } from '../expectations.ts'
import { expectGapless, storeIsBack, storeIsGone } from '../replicas.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

const servers = 20
let cluster: Galera

const store = async () => {
  cluster = await startGalera()
  return { url: cluster.url(), stop: async () => await cluster.stop() }
}

scenario(
  's',
  'one Galera node of three may die; without a quorum nothing more is done, and all goes on when it is back',
  { store, perSpare: 1 },
  async world => {
    const { cloud, service } = world
    const { id, servers: ids, second } = await beginWithReplica(world, servers)
    const both = [service, second]
    const [, two, three] = cluster.nodes as [unknown, Galera['nodes'][0], Galera['nodes'][0]]

    const evacuated = async () => (await cloud.evacuations()).length
    await until('the first evacuations', 300_000, async () => (await evacuated()) > 1)
    await two.kill()
    const before = await evacuated()
    await until('more evacuations with two nodes', 300_000, async () => (await evacuated()) > before)
    await three.kill()
    await storeIsGone('s', both, evacuated)
    await two.launch()
    await three.launch()
    await storeIsBack(both)

    const view = await service.waitFor(id, 'the recovery to end', settled)
    expect(view.state).toBe('recovered')
    expectGapless(view)
    await expectMoved(cloud, ids, 'compute-01', view.plan?.targets ?? [])
  }
)
