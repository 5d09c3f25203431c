import { hasEnded } from './expectations.ts'
import type { World } from './scenario.ts'
import type { ServiceProcess } from './service.ts'
import { until } from './until.ts'

/** The host dies with its servers on it, or what else `fall` does to it, and the alarm comes. */
export async function begin(
  { lab, service }: World,
  servers: number,
  fall = async () => await lab.panic('compute-01')
): Promise<{ id: string; servers: string[] }> {
  const ids = await lab.boot(servers, { host: 'compute-01' })
  await lab.alarm(service.alarmUrl(), 'compute-01')
  // On a busy machine Nova may have called it down for a moment before: what has ended is not this one.
  const recoveries = async () => await service.recoveries('?host=compute-01')
  const before = (await recoveries()).filter(hasEnded).map(({ id }) => id)
  await fall()
  const { id } = await until('a recovery of compute-01', 120_000, async () =>
    (await recoveries()).find(({ id: found }) => !before.includes(found))
  )
  return { id, servers: ids }
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
