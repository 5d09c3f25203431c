import { expect } from '@jest/globals'
import { expectMoved, settled } from '../expectations.ts'
import { lackOfCinder, startLateCinder } from '../late-cinder.ts'
import { expectGapless, onPostgres } from '../replicas.ts'
import { scenarioUnless } from '../scenario.ts'

/** Nothing is sent in the last three tenths of a lease, so a token lives for 14 s at most. */
const lease = { seconds: 20, enforceByKeystone: true }
const lateMs = 25_000

scenarioUnless(
  await lackOfCinder(),
  'volume',
  'volumes follow their servers when the lease of the evacuation has ended, by the service token of Nova',
  { store: onPostgres, more: { lease } },
  async ({ lab, service, cloud }) => {
    const servers = await lab.boot(3, { host: 'compute-01', volume: true, network: 'private' })
    const cinder = await startLateCinder(await lab.env(), lateMs)
    try {
      await lab.alarm(service.alarmUrl(), 'compute-01')
      await lab.panic('compute-01')
      const { id } = await service.opened('compute-01')
      const view = await service.waitFor(id, 'the recovery to end or to be held', settled, 900_000)
      const { answers } = cinder
      const kinds = Map.groupBy(answers, answer => JSON.stringify(answer))
      for (const [kind, those] of kinds) process.stdout.write(`(volume) ${those.length} x Cinder, late: ${kind}\n`)
      expect(view.state).toBe('recovered')
      expectGapless(view)
      expect(answers.length).toBeGreaterThanOrEqual(servers.length)
      for (const answer of answers) expect(answer).toMatchObject({ hasServiceToken: true, isTokenOver: true })
      expect(answers.filter(({ status }) => status >= 300)).toEqual([])
      await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
    } finally {
      await cinder.close()
    }
  }
)
