import type { AlarmEvaluator } from './alarm-evaluator.ts'
import { reports } from './hosts.ts'
import { uuidOf } from './ids.ts'
import type { World } from './world.ts'

/** Announces each change of what Nova says of a host, as a monitor of hosts does. The answer ends it. */
export function watchHosts(world: World, evaluator: AlarmEvaluator, projectId: string): () => void {
  const last = new Map<string, 'up' | 'down'>()
  let cancel = (): void => undefined
  const look = () => {
    for (const host of world.hosts.values()) {
      const state = reports(world, host) && !host.forcedDown ? 'up' : 'down'
      const before = last.get(host.name)
      last.set(host.name, state)
      if (before === undefined || before === state) continue
      emitHostEvent(world, evaluator, { host: host.name, type: `compute.host.${state}`, projectId })
    }
    cancel = world.clock.after(world.timing.monitorMs, look)
  }
  look()
  return () => cancel()
}

export interface HostEvent {
  readonly host: string
  readonly type: string
  readonly projectId: string | undefined
  readonly reason?: string
}

export function emitHostEvent(world: World, evaluator: AlarmEvaluator, event: HostEvent): void {
  const { host, type, projectId, reason = `nova-compute is ${type.split('.').at(-1)}` } = event
  const atMs = world.clock.now()
  evaluator.take({
    messageId: uuidOf(`${type}/${host}/${atMs}/${world.deeds.length}`),
    type,
    atMs,
    traits: {
      service: 'hostmonitor.controller',
      ...(projectId === undefined ? {} : { project_id: projectId }),
      host,
      reason
    }
  })
}
