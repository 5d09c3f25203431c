import { isDeepStrictEqual } from 'node:util'
import { expect } from '@jest/globals'
import { expectMoved, settled } from '../expectations.ts'
import type { World } from '../scenario.ts'
import { usualHosts } from '../service-config.ts'
import { until } from '../until.ts'
import { apply, doneTo, statesOf, type Tested } from './commands.ts'

/** Measures which hosts are alive: 1, and 0 once one was lost. */
export interface Monitor {
  lose(host: string): void
  stop(): Promise<void>
}

/** Nothing but what Aodh delivers tells of a failure. */
export const deaf = { poll: { seconds: 3600, alarms: false, services: false } }

/**
 * Alarms of a template that measures are made, get well, are tested, and one of them fires and opens a recovery. `okTold`: how often a
 * host that is well is told of.
 */
export async function playMeasured(world: World, monitor: Monitor, okTold: number): Promise<void> {
  const { lab, cloud, service } = world
  const servers = await lab.boot(2, { host: 'compute-01' })
  expect(await service.cliJson('alarms', 'diff')).toMatchObject({ status: 1, changed: false })
  expect(doneTo(await apply(service))).toEqual(usualHosts.map(host => `create ${host}`))
  // Aodh's own spelling of what we sent is no difference.
  expect(await apply(service)).toMatchObject({ status: 0, changed: false, failures: [] })
  expect(await service.cliJson('alarms', 'list')).toMatchObject({ status: 0, without: [] })
  const all = (state: string) => Object.fromEntries(usualHosts.map(host => [host, state]))
  await until('Aodh to find every host well', 120_000, async () =>
    isDeepStrictEqual(await statesOf(service), all('ok'))
  )

  const tested = await service.cliJson<Tested>('alarms', 'test', 'compute-03', '--seconds', '120')
  expect(tested).toMatchObject({ status: 0, ok: true, removed: true })
  process.stdout.write(`alarms test: ${tested.because}\n`)
  const signals = await service.signals('?host=compute-03')
  const ofTests = signals.filter(({ source }) => source === 'test')
  expect(ofTests).toMatchObject([{ id: tested.signal, outcome: 'noted' }])
  expect(await service.recoveries()).toEqual([])

  const lostAtMs = Date.now()
  await lab.panic('compute-01')
  monitor.lose('compute-01')
  const { id } = await service.opened('compute-01')
  process.stdout.write(`opened ${((Date.now() - lostAtMs) / 1000).toFixed(1)} s after the host was lost\n`)
  const view = await service.waitFor(id, 'the recovery to end', settled)
  expect(view.state).toBe('recovered')
  expect(view.signals[0]).toMatchObject({ source: 'aodh', actor: 'aodh', outcome: 'opened' })
  await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])
  // It goes on saying so, for the host stays off: noted, and no second recovery.
  expect(await statesOf(service)).toEqual({ ...all('ok'), 'compute-01': 'alarm' })
  expect(await service.recoveries()).toHaveLength(1)
  expect(await service.signals('?host=compute-02')).toHaveLength(okTold)
}
