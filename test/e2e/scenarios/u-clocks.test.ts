import { globSync } from 'node:fs'
import { expect } from '@jest/globals'
import { startPostgres } from '../../databases/servers/postgres.ts'
import { demand } from '../../databases/servers/processes.ts'
import { expectMoved, settled } from '../expectations.ts'
import { driverOf, expectGapless, takenOver } from '../replicas.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

/** A program that believes it is so many minutes later than it is. */
function ahead(minutes: number): Record<string, string> {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
  return {
    LD_PRELOAD: demand(library ?? '/usr/lib/faketime/libfaketimeMT.so.1', 'faketime'),
    FAKETIME: `${minutes < 0 ? '' : '+'}${minutes * 60}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1'
  }
}

const store = async () => {
  const server = await startPostgres(ahead(-5))
  return { url: server.url, stop: async () => await server.stop() }
}

scenario(
  'u',
  'two replicas, their database and Nova whose clocks are minutes apart: one dies, and the other ends its work',
  { store },
  async ({ lab, cloud, service, replica }) => {
    await service.kill()
    const early = await replica({ env: ahead(7) })
    const late = await replica({ env: ahead(-3) })
    const both = [early, late]
    for (const each of both) await each.start()
    const ids = await lab.boot(8, { host: 'compute-01' })
    await lab.alarm(early.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')
    const { id, openedAtMs } = await early.opened('compute-01')
    // All of them tell the database's time.
    expect(Math.abs(openedAtMs + 300_000 - Date.now())).toBeLessThan(60_000)

    await until('the first evacuations', 300_000, async () => (await cloud.evacuations()).length > 0)
    const { driver, others } = await driverOf(id, early, both)
    const [other] = others as [typeof early]
    await driver.kill()
    await takenOver('u', id, other)
    const view = await other.waitFor(id, 'the recovery to end', settled)
    expect(view.state).toBe('recovered')
    expectGapless(view)
    expect(view.timeline.map(({ atMs }) => atMs)).toEqual(
      view.timeline.map(({ atMs }) => atMs).toSorted((a, b) => a - b)
    )
    await expectMoved(cloud, ids, 'compute-01', view.plan?.targets ?? [])
  }
)
