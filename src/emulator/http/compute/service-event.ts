import { randomUUID } from 'node:crypto'
import type { ModelHost } from '../../model/world.ts'
import type { Caller, Face } from '../face.ts'

/** Nova tells of each change of a service; the project of the event is that of whoever changed it. */
export function emitServiceUpdate(
  { world, evaluator }: Face,
  host: ModelHost,
  caller: Caller,
  requestId: string
): void {
  const python = (value: boolean) => (value ? 'True' : 'False')
  evaluator.take({
    messageId: randomUUID(),
    type: 'service.update',
    atMs: world.clock.now(),
    traits: {
      service: `nova-compute:${host.name}`,
      request_id: requestId,
      project_id: caller.projectId,
      user_id: caller.user.id,
      tenant_id: caller.projectId,
      host: host.name,
      binary: 'nova-compute',
      forced_down: python(host.forcedDown),
      disabled: python(!host.enabled),
      ...(host.disabledReason === undefined ? {} : { disabled_reason: host.disabledReason })
    }
  })
}
