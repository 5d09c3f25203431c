import { expect } from '@jest/globals'
import { type Postgres, startPostgres } from '../../databases/servers/postgres.ts'
import { beginWithReplica } from '../begin.ts'
import { expectMoved, settled } from '../expectations.ts'
import { expectGapless, storeIsBack, storeIsGone } from '../replicas.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

const servers = 20
let database: Postgres

const store = async () => {
  database = await startPostgres()
  return { url: database.url, stop: async () => await database.stop() }
}

scenario(
  't',
  'a database that gives no answer at all stops everything, and all goes on when it speaks again',
  { store, perSpare: 1 },
  async world => {
    const { cloud, service } = world
    const { id, servers: ids, second } = await beginWithReplica(world, servers)

    const evacuated = async () => (await cloud.evacuations()).length
    await until('the first evacuations', 300_000, async () => (await evacuated()) > 1)
    database.pause()
    await storeIsGone('t', [service, second], evacuated)
    database.resume()
    await storeIsBack([service, second])

    const view = await service.waitFor(id, 'the recovery to end', settled)
    expect(view.state).toBe('recovered')
    expectGapless(view)
    await expectMoved(cloud, ids, 'compute-01', view.plan?.targets ?? [])
  }
)
