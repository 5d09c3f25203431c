import type { Lab } from './lab.ts'

/** Kills a service of Nova's control plane, as a crash does; the lab's `restart` starts it anew. */
export async function crash(lab: Lab, service: 'nova-scheduler' | 'nova-conductor'): Promise<void> {
  // In the emulator it is no process.
  if (process.env.SWITCHOVER_EMULATOR !== undefined) return await lab.tune('--crashed', service)
  const pid = await lab.pidOf(service)
  if (pid === undefined) throw new Error(`the driver's status names no process of ${service}`)
  process.kill(-pid, 'SIGKILL')
}
