import { expect } from '@jest/globals'
import { expectMoved, settled } from '../expectations.ts'
import { expectGapless } from '../replicas.ts'
import type { World } from '../scenario.ts'

/**
 * Whatever went wrong: the recovery ends, every server is on a target and was brought there by one evacuation, none was begun after
 * the one that arrived, and the story has no gap. That no guest ran twice at any moment is judged by the scenario's watch.
 */
export async function expectRecovered(
  { cloud, service }: World,
  id: string,
  servers: readonly string[]
): Promise<void> {
  const view = await service.waitFor(id, 'the recovery to end', settled, 1_200_000)
  expect({ state: view.state, hold: view.hold }).toEqual({ state: 'recovered', hold: undefined })
  expectGapless(view)
  await expectMoved(cloud, servers, 'compute-01', Object.keys(view.targets))
  const recoveries = await service.recoveries('?host=compute-01')
  expect(recoveries.filter(({ state }) => state !== 'dismissed')).toHaveLength(1)
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
