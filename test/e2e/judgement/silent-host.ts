import { expect } from '@jest/globals'
import { begin } from '../begin.ts'
import { expectIsolated, expectMoved, settled, waitUntilDown } from '../expectations.ts'
import type { World } from '../scenario.ts'
import { expectUntouched } from './untouched.ts'

/** What silences compute-01. */
type Fall = () => Promise<void>

/** It stays silent: it is dead, fenced and emptied. */
export async function staysSilent(world: World, fall: Fall): Promise<void> {
  const { lab, cloud, service } = world
  const { id, servers } = await begin(world, 3, fall)
  const view = await service.waitFor(id, 'the recovery to end', settled)

  expect(view).toMatchObject({ state: 'recovered', verdict: 'dead', proofs: { 'compute-01': { kind: 'fenced' } } })
  expect(await lab.bmcPower('compute-01', 'status')).toBe('Off')
  await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
  await expectIsolated(cloud, 'compute-01')
}

/** Long enough for Nova to call it down, and for it to come back before it counts as dead. */
export const patient = { downSeconds: 60 }

/** It comes back while it is looked at: the recovery is dismissed, and nothing was touched. */
export async function comesBack(world: World, fall: Fall): Promise<void> {
  const { lab, cloud, service } = world
  let before: Awaited<ReturnType<typeof cloud.snapshot>> = {}
  const { id } = await begin(world, 3, async () => {
    before = await cloud.snapshot()
    await fall()
    await waitUntilDown(cloud, 'compute-01')
  })
  expect(await service.recovery(id)).toMatchObject({ state: 'confirming' })
  await lab.start('compute-01')

  const view = await service.waitFor(id, 'the recovery to end', settled)

  expect(view).toMatchObject({ state: 'dismissed', verdict: 'healthy' })
  await expectUntouched(world, view, before)
}
