import { setTimeout as delay } from 'node:timers/promises'
import { begin } from '../begin.ts'
import { type Fate, type Network, startNetwork } from '../network.ts'
import { scenario } from '../scenario.ts'
import { expectRecovered, say } from './laws.ts'

/** Of all requests, and of all answers. */
const cut = 0.1
const refused = 0.05
const late = 0.02

scenario(
  'proxy',
  'of all answers of Nova, Placement and Aodh a tenth is lost after the deed, of all requests a twentieth refused, and a few are late',
  {},
  async world => {
    const { lab, replica } = world
    await world.service.kill()
    const counts: Record<string, number> = {}
    const fateOf = async (): Promise<Fate> => {
      const dice = Math.random()
      const [name, fate] =
        dice < cut
          ? (['cut', 'cut'] as const)
          : dice < cut + refused
            ? (['refused', 'refuse'] as const)
            : dice < cut + refused + late
              ? (['late', 'pass'] as const)
              : (['passed', 'pass'] as const)
      counts[name] = (counts[name] ?? 0) + 1
      if (name === 'late') await delay(3000 + Math.random() * 30_000)
      return fate
    }
    const env = await lab.env()
    const networks: Network[] = []
    const through = async (name: string) => {
      const network = await startNetwork(env[`LAB_${name}_URL`] ?? '', fateOf)
      networks.push(network)
      return network.url
    }
    try {
      const service = await replica({
        cloud: {
          compute_endpoint_override: await through('NOVA'),
          placement_endpoint_override: await through('PLACEMENT'),
          alarming_endpoint_override: await through('AODH')
        }
      })
      await service.start()
      const playing = { ...world, service }
      const { id, servers } = await begin(playing, 30)
      await expectRecovered(playing, id, servers)
      say(`(proxy) ${JSON.stringify(counts)}`)
    } finally {
      for (const network of networks) await network.close()
    }
  }
)
