import type { ContractCase } from '../contract-case.ts'
import { evacuate, failSource } from '../steps/evacuate.ts'
import { isRefusedByPlacement, providerOf } from '../steps/look.ts'
import { shapeOf } from '../steps/shape.ts'
import { type Stage, type StageRequest, source, target } from '../steps/stage.ts'

const nobody = '00000000-0000-0000-0000-000000000000'

/** What answers look like to a client: keys and types, and the headers that it goes by. */
export const shapes: readonly ContractCase[] = [
  {
    name: 'shapes-of-nova',
    asks: 'Which keys do the answers of Nova have?',
    telling: true,
    async play(stage) {
      const [moved, failed] = await stage.boot(['moved', 'failed', 'idle'])
      await failSource(stage)
      await evacuate(stage, 'one is moved', moved!, { host: target })
      await stage.putService(target, { status: 'disabled', disabled_reason: 'spare' })
      await evacuate(stage, 'one fails', failed!, { host: target })
      await stage.call('POST', '/os-server-groups', {
        body: { server_group: { name: 'apart', policy: 'anti-affinity', rules: { max_server_per_host: 1 } } }
      })
      await shape(stage, '/')
      await shape(stage, '/os-services?binary=nova-compute')
      await shape(stage, `/os-services?binary=nova-compute&host=${source}`)
      await shape(stage, '/os-services?binary=nova-compute&host=compute-99')
      await shape(stage, '/os-hypervisors/detail', { microversion: '2.87' })
      await shape(stage, '/os-hypervisors')
      await shape(stage, `/servers/detail?all_tenants=1&host=${source}&limit=1000`)
      // Only one server is there: of some that were created in the same second, chance says which is on the first page.
      await shape(stage, `/servers/detail?all_tenants=1&host=${target}&limit=1`)
      await shape(stage, `/servers/${moved}`)
      await shape(stage, `/servers/${failed}`)
      await shape(stage, `/os-migrations?source_compute=${source}&migration_type=evacuation&instance_uuid=${moved}`)
      await shape(stage, `/os-migrations?source_compute=${source}&migration_type=evacuation&limit=1`)
      await shape(stage, `/servers/${moved}/os-instance-actions`)
      await shape(stage, '/os-server-groups?all_projects=true')
      const { body } = await stage.call('GET', '/os-aggregates')
      const { aggregates } = body as { aggregates: { name: string }[] }
      stage.note('an aggregate', { shape: shapeOf(aggregates.find(({ name }) => name === 'rack-1')) })
    }
  },
  {
    name: 'shapes-of-placement',
    asks: 'Which keys do the answers of Placement have?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await stage.putService(target, { status: 'disabled' })
      const here = await providerOf(stage, source)
      stage.named(here, 'provider')
      stage.named(nobody, 'nobody')
      const of = { of: 'placement' } as const
      await shape(stage, `/resource_providers?name=${source}`, of)
      await shape(stage, `/resource_providers?in_tree=${here}`, of)
      await shape(stage, `/resource_providers/${here}/inventories`, of)
      await shape(stage, `/resource_providers/${here}/usages`, of)
      await shape(stage, `/resource_providers/${here}/allocations`, of)
      await shape(stage, `/resource_providers/${here}/aggregates`, of)
      await shape(stage, `/allocations/${server}`, of)
      await shape(stage, `/allocations/${nobody}`, of)
      await shape(stage, `/resource_providers/${nobody}`, of)
      // It is for Placement to choose which host comes first.
      const { body } = await stage.call('GET', '/resource_providers', of)
      for (const { uuid } of (body as { resource_providers: { uuid: string }[] }).resource_providers)
        stage.named(uuid, 'provider')
      await shape(stage, '/allocation_candidates?resources=VCPU:1,MEMORY_MB:64&limit=1', of)
      stage.note('the trait of a disabled host', {
        enabled: await isRefusedByPlacement(stage, source),
        disabled: await isRefusedByPlacement(stage, target)
      })
    }
  }
]

async function shape(stage: Stage, path: string, request: StageRequest = {}): Promise<void> {
  const { code, headers, body } = await stage.call('GET', path, request)
  const version = headers.get('openstack-api-version')
  const type = headers.get('content-type')?.split(';')[0]
  stage.note(`GET ${request.of ?? 'nova'} ${path}`, {
    code,
    version,
    type,
    requestId: headers.get('x-openstack-request-id')?.startsWith('req-'),
    body: shapeOf(body)
  })
}
