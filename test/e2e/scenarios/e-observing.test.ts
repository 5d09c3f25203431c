import { expect } from '@jest/globals'
import { stopped, waitUntilDown } from '../expectations.ts'
import { scenario } from '../scenario.ts'

scenario('e', 'a dry run and the observe mode change nothing', { armed: false }, async world => {
  const { lab, cloud, service } = world
  const servers = await lab.boot(2, { host: 'compute-01' })
  await lab.panic('compute-01')
  await waitUntilDown(cloud, 'compute-01')
  const before = await cloud.snapshot()

  const dryRun = await service.request('POST', '/v1/recoveries', {
    host: 'compute-01',
    reason: 'what if',
    dryRun: true
  })
  expect(dryRun.status).toBe(200)
  expect(movesOf(dryRun.body)).toEqual(servers.toSorted())
  expect(await service.recoveries()).toEqual([])
  expect(await cloud.snapshot()).toEqual(before)

  await lab.alarm(service.alarmUrl('/v1/alarms/compute-01'), 'compute-01')
  await lab.emit('compute-01')
  const { id } = await service.opened('compute-01')
  const view = await service.waitFor(id, 'the recovery to be held', stopped)
  expect(view).toMatchObject({ state: 'held', fenceIntents: {}, proofs: {}, hold: { code: 'observing' } })
  expect(view.plan?.moves.map(move => move.server).toSorted()).toEqual(servers.toSorted())
  expect(await cloud.snapshot()).toEqual(before)
  expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
  expect((await lab.guests()).filter(line => line.startsWith('compute-01') && line.endsWith('runs'))).toHaveLength(2)
})

function movesOf(body: unknown): string[] {
  const { plan } = body as { plan: { moves: { server: string }[] } }
  return plan.moves.map(({ server }) => server).toSorted()
}
