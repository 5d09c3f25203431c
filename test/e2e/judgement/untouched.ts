import { expect } from '@jest/globals'
import type { World } from '../scenario.ts'
import type { RecoveryView } from '../views.ts'

/** Nothing was powered off, nothing was moved, and every host is in the service as it was. */
export async function expectUntouched(
  { lab, cloud }: World,
  view: RecoveryView,
  before: Awaited<ReturnType<World['cloud']['snapshot']>>
): Promise<void> {
  expect(view).toMatchObject({ fenceIntents: {}, proofs: {} })
  expect(await lab.bmcPower(view.host, 'status')).toBe('On')
  expect(await cloud.evacuations()).toEqual([])
  expect(await cloud.snapshot()).toEqual(before)
}
