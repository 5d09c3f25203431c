import { copyFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from '@jest/globals'
import { hasEnded, settled, stopped } from '../expectations.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

scenario(
  'v',
  'a backup from the middle of a recovery, restored when the host works again, touches nothing',
  {},
  async ({ lab, cloud, service }) => {
    await lab.boot(10, { host: 'compute-01' })
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')
    const { id } = await service.opened('compute-01')
    await until('the first evacuations', 300_000, async () => (await cloud.evacuations()).length > 0)
    await service.kill()
    const files = ['switchover.db', 'switchover.db-wal'].map(name => join(dirname(service.config), name))
    for (const file of files) copyFileSync(file, `${file}.backup`)
    await service.start()
    expect((await service.waitFor(id, 'the recovery to end', settled)).state).toBe('recovered')

    await service.stop()
    await lab.start('compute-01')
    await until('the host to be welcomed back', 300_000, async () => {
      await cloud.welcomeBack('compute-01')
      return true
    })
    await until(
      'its nova-compute to report',
      120_000,
      async () => (await cloud.services())['compute-01']?.state === 'up'
    )
    await lab.boot(3, { host: 'compute-01' })
    const before = await cloud.snapshot()
    for (const file of files) {
      rmSync(file, { force: true })
      copyFileSync(`${file}.backup`, file)
    }
    await service.start()

    const view = await service.waitFor(id, 'it to stop or to end', stopped)
    process.stdout.write(`(v) ${view.state} ${view.hold?.code ?? ''} ${view.hold?.reason ?? ''}\n`)
    await new Promise(resolve => setTimeout(resolve, 20_000))
    expect(await cloud.snapshot()).toEqual(before)
    expect(await lab.bmcPower('compute-01', 'status')).toBe('On')
    expect(hasEnded(await service.recovery(id)) || (await service.recovery(id)).state === 'held').toBe(true)
  }
)
