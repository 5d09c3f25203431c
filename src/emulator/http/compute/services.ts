import type { FastifyPluginCallback } from 'fastify'
import { controlServices } from '../../model/control-plane.ts'
import { reports, shownReport } from '../../model/hosts.ts'
import { uuidOf } from '../../model/ids.ts'
import { zoneOf } from '../../model/nova-aggregates.ts'
import { changeService, serviceNamed, waitForHostMs } from '../../model/nova-services.ts'
import type { ModelHost, World } from '../../model/world.ts'
import { asked, type Face, requireAdmin } from '../face.ts'
import { bareTime } from '../times.ts'
import { requestIdOf } from './request-id.ts'
import { serviceChangeOf } from './service-body.ts'
import { emitServiceUpdate } from './service-event.ts'

type PutBody = Readonly<Record<string, unknown>> | null

/** os-services: the nova-computes, and the two of the control plane that clients like to see. */
export const serviceRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  app.get('/os-services', request => {
    requireAdmin(request, 'os_compute_api:os-services:list')
    const [binary, host] = [asked(request, 'binary'), asked(request, 'host')]
    const rows = [...controlRows(world), ...[...world.hosts.values()].map(each => serviceRow(world, each))]
    return {
      services: rows.filter(
        row => (binary === undefined || row.binary === binary) && (host === undefined || row.host === host)
      )
    }
  })

  app.put<{ Params: { id: string }; Body: PutBody }>('/os-services/:id', async (request, reply) => {
    const caller = requireAdmin(request, 'os_compute_api:os-services:update')
    const { id } = request.params
    const change = serviceChangeOf(request.body ?? {})
    const { enabled, disabledReason, forcedDown } = serviceNamed(world, id)
    const host = changeService(world, id, change)
    const isNew = host.enabled !== enabled || host.disabledReason !== disabledReason || host.forcedDown !== forcedDown
    if (isNew) emitServiceUpdate(face, host, caller, requestIdOf(reply))
    const service = serviceRow(world, host)
    // A clock that stands still while we are asked would never wake a sleep of no time.
    const waitMs = waitForHostMs(world, host, change)
    if (waitMs > 0) await world.clock.sleep(waitMs)
    return { service }
  })
  done()
}

interface ServiceRow {
  readonly binary: string
  readonly host: string
  readonly [key: string]: unknown
}

export function serviceRow(world: World, host: ModelHost): ServiceRow {
  if (host.cellDown) return { binary: 'nova-compute', host: host.name, status: 'UNKNOWN' }
  return {
    id: host.serviceId,
    binary: 'nova-compute',
    host: host.name,
    zone: zoneOf(world, host.name) ?? 'nova',
    status: host.enabled ? 'enabled' : 'disabled',
    state: reports(world, host) && !host.forcedDown ? 'up' : 'down',
    updated_at: bareTime(shownReport(world, host)),
    disabled_reason: host.disabledReason ?? null,
    forced_down: host.forcedDown
  }
}

function controlRows(world: World): ServiceRow[] {
  return controlServices(world).map(({ kind, host, state, reportedAtMs }) => ({
    id: uuidOf(`service/nova-${kind}`),
    binary: `nova-${kind}`,
    host,
    zone: 'internal',
    status: 'enabled',
    state,
    updated_at: bareTime(reportedAtMs),
    disabled_reason: null,
    forced_down: false
  }))
}
