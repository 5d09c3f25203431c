import { expect } from '@jest/globals'
import { beginWithReplica } from '../begin.ts'
import { expectIsolated, expectMoved, hasEnded, settled } from '../expectations.ts'
import { driverOf, expectGapless, onGalera, takenOver } from '../replicas.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

const servers = 8

scenario(
  'p',
  'of two replicas on Galera the one that works is killed, twice, and the other one ends the work',
  // One after the other, so that there is work left when the one that was killed is back.
  { store: onGalera, perSpare: 1 },
  async world => {
    const { cloud, service } = world
    const { id, servers: ids, second } = await beginWithReplica(world, servers)
    const both = [service, second]

    for (const begun of [0, servers / 2]) {
      await until(`more than ${begun} evacuations`, 300_000, async () => (await cloud.evacuations()).length > begun)
      const { driver, others } = await driverOf(id, service, both)
      const [other] = others as [typeof service]
      expect(hasEnded(await other.recovery(id))).toBe(false)
      await driver.kill()
      // What comes in meanwhile goes to the one that lives.
      const { status, body } = await other.request('POST', '/v1/recoveries', { host: 'compute-01', reason: 'again' })
      expect({ status, body }).toMatchObject({ status: 202, body: { outcome: 'joined', recovery: id } })
      await takenOver('p', id, other)
      await driver.start()
    }

    const view = await service.waitFor(id, 'the recovery to end', settled)
    expect(view.state).toBe('recovered')
    expectGapless(view)
    await expectMoved(cloud, ids, 'compute-01', view.plan?.targets ?? [])
    await expectIsolated(cloud, 'compute-01')
    const recoveries = await second.recoveries('?host=compute-01')
    expect(recoveries.filter(({ state }) => state !== 'dismissed')).toHaveLength(1)
  }
)
