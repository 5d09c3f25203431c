import { beginEvacuation, type EvacuationRequest } from './evacuations.ts'
import { reports } from './hosts.ts'
import { noteDeed } from './oracle.ts'
import { Refusal } from './refusal.ts'
import { serverWithId } from './server-requests.ts'
import type { ModelMigration, World } from './world.ts'
import { hostOf } from './world.ts'

/** Nova's API on `evacuate`: refuses, or takes it before anything has happened. */
export function evacuate(world: World, id: string, request: EvacuationRequest): ModelMigration {
  const { target } = request
  const server = serverWithId(world, id)
  if (target !== undefined && !world.hosts.has(target)) throw new Refusal(404, `Compute host ${target} not found.`)
  if (target !== undefined && target === server.host) throw new Refusal(400, "The target host can't be the same one.")
  if (!['active', 'stopped', 'error'].includes(server.vmState)) {
    throw new Refusal(409, `Cannot 'evacuate' instance ${id} while it is in vm_state ${server.vmState}`)
  }
  if (!server.launched || server.host === undefined) {
    throw new Refusal(409, `Instance ${id} is in an invalid state for 'evacuate'`)
  }
  const source = hostOf(world, server.host)
  if (reports(world, source) && !source.forcedDown) {
    throw new Refusal(400, `Compute service of ${source.name} is still in use.`)
  }
  noteDeed(world, { kind: 'evacuate', on: id, ...(target === undefined ? {} : { to: target }) })
  return beginEvacuation(world, server, request)
}
