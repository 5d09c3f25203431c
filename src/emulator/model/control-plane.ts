import type { ControlService } from '../../core/inventory.ts'
import type { World } from './world.ts'

export const controlHost = 'controller'
export const controlKinds = ['scheduler', 'conductor'] as const

/** The services of the control plane as Nova tells of them: one that was stopped looks up until its last report is too old. */
export function controlServices(world: World): Required<ControlService>[] {
  const nowMs = world.clock.now()
  return controlKinds.map(kind => {
    const reportedAtMs = world.control[kind].stoppedAtMs ?? nowMs
    const state = nowMs - reportedAtMs <= world.timing.serviceDownMs ? 'up' : 'down'
    return { kind, host: controlHost, state, reportedAtMs }
  })
}

export function setControl(world: World, kind: ControlService['kind'], runs: boolean): void {
  const service = world.control[kind]
  service.stoppedAtMs = runs ? undefined : (service.stoppedAtMs ?? world.clock.now())
}
