import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { DryRun, Service } from '../controller/service/service.ts'
import { CloudError } from '../errors.ts'
import { planWithinMs, within } from './within.ts'

const namesMax = 20

/** Throws 404 for a host that no segment has. While the members are not known, every host may be one. */
export async function assertHost(
  app: FastifyInstance,
  service: Pick<Service, 'knowsHost' | 'segments'>,
  host: string
): Promise<void> {
  if (service.knowsHost(host) === false) throw noSuchHost(app, host, await service.segments())
}

/** The plan for a host. Throws 404 for one of no segment, CloudError when the cloud does not tell in time. */
export async function planFor(
  app: FastifyInstance,
  service: Pick<Service, 'knowsHost' | 'segments' | 'dryRun'>,
  clock: Clock,
  host: string
): Promise<DryRun> {
  const wouldBe = await within(clock, planWithinMs, service.dryRun(host))
  if (wouldBe !== undefined) return wouldBe
  if (service.knowsHost(host) === 'unknown')
    throw new CloudError('unreachable', 'the members of the segments are not known')
  throw noSuchHost(app, host, await service.segments())
}

function noSuchHost(app: FastifyInstance, host: string, segments: readonly { readonly name: string }[]): Error {
  const names = segments.slice(0, namesMax).map(({ name }) => name)
  const there = `${names.join(', ')}${segments.length > namesMax ? ' …' : ''}`
  return app.httpErrors.notFound(
    `No segment has the host ${host}. The segments are ${there}; GET /v1/segments lists their hosts.`
  )
}
