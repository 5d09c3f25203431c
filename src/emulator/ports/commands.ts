import type { Cloud, Sent } from '../../controller/ports/ports.ts'
import { CloudError, type CloudErrorCode } from '../../errors.ts'
import { addToAggregate } from '../model/nova-aggregates.ts'
import { evacuate } from '../model/nova-evacuate.ts'
import { change, changes } from '../model/nova-lifecycle.ts'
import { resetState } from '../model/nova-servers.ts'
import { changeService, type ServiceChange, waitForHostMs } from '../model/nova-services.ts'
import { Refusal } from '../model/refusal.ts'
import type { World } from '../model/world.ts'

export type Commands = Pick<
  Cloud,
  'isolate' | 'enable' | 'disable' | 'addToAggregate' | 'evacuate' | 'resetToError' | 'stop'
>

/** What changes the cloud, with Nova's own refusals. */
export function createCommands(world: World): Commands {
  return {
    isolate: (id, reason, signal) =>
      put(world, id, signal, {
        forcedDown: true,
        ...(reason === undefined ? {} : { status: 'disabled', disabledReason: reason })
      }),
    enable: (id, signal) => put(world, id, signal, { status: 'enabled' }),
    disable: (id, reason, signal) => put(world, id, signal, { status: 'disabled', disabledReason: reason }),
    addToAggregate: (id, host, signal) => send(world, signal, () => addToAggregate(world, id, host)),
    evacuate: (id, target, signal) => send(world, signal, () => evacuate(world, id, { target })),
    resetToError: (id, signal) => send(world, signal, () => resetState(world, id, 'error')),
    stop: (id, signal) => send(world, signal, () => change(world, id, changes.stop))
  }
}

/** An answer that comes too late for our adapter is none. */
async function put(world: World, id: string, signal: AbortSignal | undefined, change: ServiceChange): Promise<Sent> {
  let waitMs = 0
  const sent = await send(world, signal, () => {
    waitMs = waitForHostMs(world, changeService(world, id, change), change)
  })
  if (waitMs === 0) return sent
  await world.clock.sleep(waitMs, signal)
  throw new CloudError('unknown', `Nova does not answer within ${waitMs / 1000} s`)
}

/** The effect comes half-way through the call's time; cut off after that, its fate is unknown to the caller. */
async function send(world: World, signal: AbortSignal | undefined, effect: () => unknown): Promise<Sent> {
  const pauseMs = world.timing.latencyMs / 2
  await world.clock.sleep(pauseMs, signal)
  if (signal?.aborted) throw new CloudError('unknown', 'aborted')
  translated(effect)
  await world.clock.sleep(pauseMs, signal)
  if (signal?.aborted) throw new CloudError('unknown', 'aborted')
  return { requestId: `req-${world.deeds.length}` }
}

const codes: Readonly<Record<number, CloudErrorCode>> = { 403: 'forbidden', 404: 'not-found', 409: 'conflict' }

/** A refusal as our adapter for Nova gives it on. */
function translated(effect: () => unknown): void {
  try {
    effect()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new CloudError(codes[error.status] ?? 'refused', error.message, { cause: error })
  }
}
