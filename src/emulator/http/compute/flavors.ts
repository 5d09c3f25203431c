import type { FastifyPluginCallback } from 'fastify'
import type { Amounts } from '../../../core/inventory.ts'
import { Refusal } from '../../model/refusal.ts'
import type { World } from '../../model/world.ts'
import type { Face } from '../face.ts'
import { flavorAmounts } from './server-view.ts'

export interface Flavor {
  readonly name: string
  readonly need: Amounts
}

const amounts = (VCPU: number, MEMORY_MB: number, DISK_GB: number): Amounts => ({ VCPU, MEMORY_MB, DISK_GB })

const flavors: readonly Flavor[] = [
  { name: 'm1.nano', need: amounts(1, 64, 0) },
  { name: 'm1.micro', need: amounts(1, 128, 1) },
  { name: 'm1.small', need: amounts(2, 1024, 10) },
  { name: 'm1.huge', need: amounts(8, 6144, 100) },
  { name: 'm1.whole', need: amounts(100, 12_000, 500) },
  { name: 'plain', need: amounts(2, 4096, 20) }
]

/** By name or id, which are the same here. */
export function flavorNamed(_world: World, name: string): Flavor {
  const flavor = flavors.find(each => each.name === name)
  if (flavor === undefined) throw new Refusal(400, `Flavor ${name} could not be found.`)
  return flavor
}

export const flavorRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const view = ({ name, need }: Flavor) => {
    const { ephemeral, swap, ...rest } = flavorAmounts(need)
    return {
      id: name,
      name,
      ...rest,
      swap,
      'OS-FLV-EXT-DATA:ephemeral': ephemeral,
      'OS-FLV-DISABLED:disabled': false,
      'os-flavor-access:is_public': true,
      rxtx_factor: 1,
      description: null,
      extra_specs: {},
      links: [{ rel: 'self', href: `${face.url()}/compute/v2.1/flavors/${name}` }]
    }
  }
  app.get('/flavors', () => ({ flavors: flavors.map(view) }))
  app.get('/flavors/detail', () => ({ flavors: flavors.map(view) }))
  app.get<{ Params: { id: string } }>('/flavors/:id', request => {
    const flavor = flavors.find(each => each.name === request.params.id)
    if (flavor === undefined) throw new Refusal(404, `Flavor ${request.params.id} could not be found.`)
    return { flavor: view(flavor) }
  })
  app.get<{ Params: { id: string } }>('/flavors/:id/os-extra_specs', () => ({ extra_specs: {} }))
  done()
}
