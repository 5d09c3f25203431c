import { stopped } from './expectations.ts'
import { type HoldingNetwork, startHoldingNetwork } from './held-requests.ts'
import { expectGapless, takenOver } from './replicas.ts'
import type { World } from './scenario.ts'
import { until } from './until.ts'
import type { RecoveryView } from './views.ts'

export interface Late {
  readonly view: RecoveryView
  /** The server whose evacuation was held back. */
  readonly server: string
  /** What Nova answered the late request. */
  readonly status: number
}

/**
 * The network holds back an evacuation of the replica that drives; that one stands still, another one takes over, and the
 * request arrives as soon as the server is on its way a second time.
 */
export async function playLateRequest(letter: string, servers: number, world: World): Promise<Late> {
  const { lab, service: second, replica } = world
  await second.kill()
  const network = await startHoldingNetwork((await lab.env()).LAB_NOVA_URL ?? '')
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
    await takenOver(letter, id, second)
    const { status, text } = await deliverDuring(world, network)
    say(letter, `Nova answered the late request with ${status}: ${text.slice(0, 200)}`)
    first.resume()
    const view = await second.waitFor(id, 'the recovery to end or to be held', stopped)
    say(letter, `${view.state} ${view.hold?.code ?? ''} ${view.hold?.reason ?? ''}`)
    expectGapless(view)
    return { view, server: network.server(), status }
  } finally {
    await network.close()
  }
}

/** As soon as the server that it is about is evacuated by somebody else. */
async function deliverDuring({ cloud }: World, network: HoldingNetwork): ReturnType<HoldingNetwork['deliver']> {
  await until('the other replica to evacuate the same server', 300_000, async () =>
    (await cloud.evacuations()).some(({ instance_uuid: server }) => server === network.server())
  )
  return await network.deliver()
}

function say(letter: string, text: string): void {
  process.stdout.write(`(${letter}) ${text}\n`)
}
