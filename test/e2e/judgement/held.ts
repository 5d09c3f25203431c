import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { expectIsolated, expectMoved, hasEnded } from '../expectations.ts'
import type { World } from '../scenario.ts'
import { usualSpares } from '../service-config.ts'
import type { GuardView, RecoveryView } from '../views.ts'

/** Longer than the first looks of a hold. */
const holdsForMs = 12_000

/** What the API must tell of a hold. */
export interface Explained {
  readonly releasedBy: 'world' | 'person'
  /** The guard's sentence, and that of the hold, which begins with it or has it within. */
  readonly reason: RegExp
  readonly inputs: Readonly<Record<string, unknown>>
  /** `guard` unless the guard has a code of its own. */
  readonly code?: string
}

/** Waits until this guard holds it, and that it goes on holding; the API explains it, and nothing was moved. */
export async function expectHeldBy(world: World, id: string, guard: string, told: Explained): Promise<RecoveryView> {
  const { service } = world
  const isHeld = (view: RecoveryView) => hasEnded(view) || (view.state === 'held' && view.hold?.guard === guard)
  await service.waitFor(id, `${guard} to hold it`, isHeld, 180_000)
  await delay(holdsForMs)
  const view = await service.recovery(id)
  say(`${guard}: ${view.hold?.reason}`)
  const { code = 'guard', reason, releasedBy, inputs } = told
  expect(view).toMatchObject({ state: 'held', hold: { code, guard, releasedBy }, proofs: {} })
  expect(view.hold?.reason).toMatch(reason)
  const report = guardOf(view, guard)
  expect(report).toMatchObject({ holds: true, releasedBy, inputs })
  expect(report?.reason).toMatch(reason)
  await expectNothingMoved(world, view.host)
  return view
}

export function guardOf({ guards = [] }: RecoveryView, name: string): GuardView | undefined {
  return guards.find(({ guard }) => guard === name)
}

/** The host has its power, no server has left it by us, and the spares are as they were. */
export async function expectNothingMoved({ lab, cloud }: World, host: string, spares = usualSpares): Promise<void> {
  expect(await cloud.evacuations()).toEqual([])
  expect(await lab.bmcPower(host, 'status').catch(() => 'On')).toBe('On')
  await expectSparesUntouched(cloud, spares)
}

export async function expectSparesUntouched(cloud: World['cloud'], spares = usualSpares): Promise<void> {
  const services = await cloud.services()
  for (const spare of spares)
    expect(services[spare]).toMatchObject({ status: 'disabled', disabled_reason: expect.stringMatching(/spare/) })
}

/** A person's word on what they were shown. */
export async function tell(
  { service }: World,
  id: string,
  word: 'approve' | 'retry' | 'vouch' | 'cancel',
  reason: string
): Promise<void> {
  const { version } = await service.recovery(id)
  const answer = await service.request('POST', `/v1/recoveries/${id}/${word}`, { reason, version })
  expect(answer).toMatchObject({ status: 202 })
}

/** It ends recovered: the host is off, and each server has arrived once. */
export async function expectRecovered(world: World, id: string, servers: readonly string[]): Promise<RecoveryView> {
  const { lab, cloud, service } = world
  const view = await service.waitFor(id, 'the recovery to end', hasEnded)
  expect(view).toMatchObject({ state: 'recovered', proofs: { [view.host]: { kind: 'fenced' } } })
  expect(await lab.bmcPower(view.host, 'status')).toBe('Off')
  await expectMoved(cloud, servers, view.host, view.plan?.targets ?? [])
  await expectIsolated(cloud, view.host)
  return view
}

export function say(text: string): void {
  process.stdout.write(`an operator reads: ${text}\n`)
}
