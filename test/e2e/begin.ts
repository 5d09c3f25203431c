import type { World } from './scenario.ts'
import type { ServiceProcess } from './service.ts'

/** The host dies with its servers on it, and the alarm comes. */
export async function begin({ lab, service }: World, servers: number): Promise<{ id: string; servers: string[] }> {
  const ids = await lab.boot(servers, { host: 'compute-01' })
  await lab.alarm(service.alarmUrl(), 'compute-01')
  await lab.panic('compute-01')
  return { id: (await service.opened('compute-01')).id, servers: ids }
}

/** The same, with one more replica that serves. */
export async function beginWithReplica(
  world: World,
  servers: number
): Promise<{ id: string; servers: string[]; second: ServiceProcess }> {
  const second = await world.replica()
  await second.start()
  return { ...(await begin(world, servers)), second }
}
