import { expect } from '@jest/globals'
import { beginWithReplica } from '../begin.ts'
import { expectMoved, settled } from '../expectations.ts'
import { driverOf, expectGapless, onPostgres, takenOver } from '../replicas.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

const servers = 20

scenario(
  'q',
  'of two replicas on PostgreSQL the one that works stands still past its lease, and does no harm when it goes on',
  { store: onPostgres },
  async world => {
    const { cloud, service } = world
    const { id, servers: ids, second } = await beginWithReplica(world, servers)

    await until('the first evacuations', 300_000, async () => (await cloud.evacuations()).length > 0)
    const { driver, others } = await driverOf(id, service, [service, second])
    const [other] = others as [typeof service]
    driver.pause()
    await takenOver('q', id, other)
    driver.resume()
    await until('the first one to see that it has lost it', 60_000, async () =>
      /lease lost|lease may be over/.test(driver.log())
    )

    const view = await other.waitFor(id, 'the recovery to end', settled)
    expect(view.state).toBe('recovered')
    expectGapless(view)
    await expectMoved(cloud, ids, 'compute-01', view.plan?.targets ?? [])
  }
)
