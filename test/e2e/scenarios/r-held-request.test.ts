import { expect } from '@jest/globals'
import { stopped } from '../expectations.ts'
import { type Network, startNetwork } from '../held-requests.ts'
import { expectGapless, onPostgres, takenOver } from '../replicas.ts'
import { scenario } from '../scenario.ts'
import { until } from '../until.ts'

const servers = 6

scenario(
  'r',
  'an evacuation that the network held back arrives when another replica has taken over, and nothing runs twice',
  { store: onPostgres, moveTimeoutSeconds: 120 },
  async ({ lab, cloud, service: second, replica }) => {
    await second.kill()
    const network = await startNetwork((await lab.env()).LAB_NOVA_URL ?? '')
    const first = await replica({ cloud: { compute_endpoint_override: network.url } })
    await first.start()
    try {
      await lab.boot(servers, { host: 'compute-01' })
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

      // Nova takes a second evacuation of a server that is on its way, and its two builds get in each other's way: the server may
      // end broken, and a person is told. Its guest does not run twice: the watch over all hypervisors is the judge.
      const view = await second.waitFor(id, 'the recovery to end or to be held', stopped)
      expectGapless(view)
      const others = view.moveList.filter(({ server }) => server !== network.server())
      expect(others.map(({ state }) => state)).toEqual(others.map(() => 'arrived'))
      process.stdout.write(`(r) ${view.state} ${view.hold?.code ?? ''} ${view.hold?.reason ?? ''}\n`)
      if (view.state !== 'recovered') expect(view.hold).toMatchObject({ code: 'target' })
      const running = (await lab.guests()).filter(line => / runs$/.test(line))
      expect(running).toHaveLength(servers)
      for (const line of running) expect(view.plan?.targets).toContain(line.split(/\s+/)[0])
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
