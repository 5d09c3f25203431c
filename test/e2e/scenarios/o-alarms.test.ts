import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { apply, doneTo, type Tested } from '../alarms/commands.ts'
import { expectMoved, settled } from '../expectations.ts'
import type { Lab } from '../lab.ts'
import { scenario } from '../scenario.ts'
import type { ServiceProcess } from '../service.ts'
import { usualHosts } from '../service-config.ts'
import { until } from '../until.ts'

const wishes = { alarmTemplate: { event: {}, repeatActions: false } }

scenario(
  'o',
  'the alarms that it makes are kept, tested, heard and removed',
  wishes,
  async ({ lab, cloud, service }) => {
    const servers = await lab.boot(2, { host: 'compute-01' })
    const foreign = await lab.alarm(service.alarmUrl('/v1/alarms/compute-02'), 'compute-02')
    expect(await service.cliJson('alarms', 'diff')).toMatchObject({ status: 1, changed: false })
    expect(doneTo(await apply(service))).toEqual(usualHosts.map(host => `create ${host}`))
    expect(await apply(service)).toMatchObject({ status: 0, changed: false, failures: [] })
    expect(await service.cliJson('alarms', 'list')).toMatchObject({ status: 0, without: [] })
    expect(await service.cli('check')).toContain('4 of 4 hosts have one')

    const tested = await testWith(lab, service, 'compute-03')
    expect(tested).toMatchObject({ status: 0, ok: true, removed: true })
    const signals = await service.signals('?host=compute-03')
    expect(signals).toMatchObject([{ id: tested.signal, source: 'test', outcome: 'noted' }])
    expect(await service.recoveries('?host=compute-03')).toEqual([])

    // Aodh tells of a true failure by the alarm that we made.
    await lab.panic('compute-01')
    const { id } = await service.opened('compute-01')
    const view = await service.waitFor(id, 'the recovery to end', settled)
    expect(view.state).toBe('recovered')
    await expectMoved(cloud, servers, 'compute-01', view.plan?.targets ?? [])

    // It reads the alarms when it starts, and then every few minutes.
    await service.stop()
    await service.start()
    await until('the service to know which alarms there are', 60_000, async () => {
      const { without, heardAtMs } = await alarmsIn(service)
      return without?.length === 0 && ['compute-01', 'compute-03'].every(host => host in heardAtMs)
    })
    await service.configure({ ...wishes, hosts: usualHosts.slice(0, 3) })
    expect(doneTo(await apply(service))).toEqual(['remove compute-04'])
    // What others made is left alone.
    expect(await cloud.alarmState(foreign)).toBe('insufficient data')
  }
)

interface AlarmsHealth {
  readonly without?: readonly string[]
  readonly heardAtMs: Readonly<Record<string, number>>
}

async function alarmsIn(service: ServiceProcess): Promise<AlarmsHealth> {
  const { body } = await service.request('GET', '/health')
  return (body as { segments: { alarms?: AlarmsHealth }[] }).segments[0]?.alarms ?? { heardAtMs: {} }
}

/** The cloud's monitor is asked for the event as soon as the test names the host of it. */
async function testWith(
  lab: Lab,
  service: ServiceProcess,
  host: string
): Promise<Tested & { readonly status: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-e2e-'))
  const file = join(folder, 'host')
  try {
    const publish = ['--publish', `echo {host} > ${file}`]
    const testing = service.cliJson<Tested>('alarms', 'test', host, '--seconds', '120', ...publish)
    await until(
      'the test to ask for its event',
      60_000,
      async () => existsSync(file) && readFileSync(file, 'utf8').trim()
    )
    await lab.emit(readFileSync(file, 'utf8').trim())
    return await testing
  } finally {
    rmSync(folder, { recursive: true })
  }
}
