import { expect } from '@jest/globals'
import { settled } from '../expectations.ts'
import { type Network, startNetwork } from '../held-requests.ts'
import { expectGapless, onPostgres, takenOver } from '../replicas.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

scenario(
  'r',
  'an evacuation that the network held back arrives when another replica has taken over, and nothing runs twice',
  { store: onPostgres },
  async ({ lab, cloud, service: second, replica }) => {
    await second.kill()
    const network = await startNetwork((await lab.env()).LAB_NOVA_URL ?? '')
    const first = await replica({ compute_endpoint_override: network.url })
    await first.start()
    try {
      await lab.boot(6, { host: 'compute-01' })
      // The target is slow, so that both evacuations of a server are on their way at the same time.
      for (const host of ['compute-05', 'compute-06']) await lab.behaveHost(host, { spawnSeconds: 6 })
      network.hold()
      await lab.alarm(first.alarmUrl(), 'compute-01')
      await lab.panic('compute-01')
      const { id } = await first.opened('compute-01')
      await until('an evacuation to be held back', 300_000, async () => network.isHolding())
      await second.start()
      first.pause()
      await takenOver('r', id, second)
      const late = await deliverDuring(network, async () =>
        (await cloud.evacuations()).map(({ instance_uuid: of }) => of)
      )
      process.stdout.write(`(r) Nova answered the late request with ${late.status}: ${late.text.slice(0, 200)}\n`)
      first.resume()

      const view = await second.waitFor(id, 'the recovery to end', settled)
      expectGapless(view)
      // Nova takes a second evacuation of a server that is on its way, and may call the server broken; its guest runs once, where
      // it should: the watch over all hypervisors is the judge.
      const rows = (await cloud.servers()).map(server => server['OS-EXT-SRV-ATTR:host'])
      expect(new Set(rows)).toEqual(new Set(view.plan?.targets))
      expect(['recovered', 'partial']).toContain(view.state)
    } finally {
      await network.close()
    }
  }
)

/** As soon as the server that it is about is evacuated by somebody else. */
async function deliverDuring(network: Network, evacuated: () => Promise<string[]>): ReturnType<Network['deliver']> {
  await until('the other replica to evacuate the same server', 300_000, async () =>
    (await evacuated()).includes(network.server())
  )
  return await network.deliver()
}
