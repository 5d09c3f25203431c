import type { Probe } from '../../controller/ports/ports.ts'
import type { AliveSource } from '../../core/segment.ts'
import { lastBeat } from '../model/hosts.ts'
import type { ModelHost, World } from '../model/world.ts'
import { hostOf } from '../model/world.ts'
import { answer } from './cloud.ts'

/** A heartbeat on the storage counts for so long. */
const beatMaxMs = 6000

/** Signs of life on the management network, and the heartbeat on the shared storage (`exec`). */
export function createModelProbe(world: World): Probe {
  return {
    async ask(source, name, address, signal) {
      const says = await answer(world, signal, () =>
        isHeard(world, source, hostOf(world, name)) ? ('alive' as const) : ('silent' as const)
      )
        // A probe never fails: one that was cut short has learnt nothing.
        .catch(() => 'unknown' as const)
      return { says, detail: detailOf(source, address) }
    }
  }
}

function isHeard(world: World, source: AliveSource, host: ModelHost): boolean {
  const isThere = host.powered && host.kernel === 'running' && !host.cutOff
  switch (source.kind) {
    case 'ssh':
      return isThere && !host.mute
    case 'tcp':
    case 'icmp':
      // The kernel answers for what hangs behind it.
      return isThere
    case 'exec':
      return world.clock.now() - lastBeat(world, host) < beatMaxMs
  }
}

function detailOf(source: AliveSource, address: string | undefined): string {
  switch (source.kind) {
    case 'icmp':
      return `icmp ${address ?? '?'}`
    case 'exec':
      return 'the heartbeat on the storage'
    default:
      return `${source.kind} ${address ?? '?'}:${source.port}`
  }
}
