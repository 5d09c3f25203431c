import { isDeepStrictEqual } from 'node:util'
import type { NovaMigration, NovaServer } from '../../e2e/openstack.ts'
import type { Stage } from './stage.ts'

interface ActionEvent {
  readonly event: string
  readonly result: string | null
  readonly details?: string | null
}

/** What Nova and Placement say of one server. */
export interface Look {
  readonly status: string
  readonly [fact: string]: unknown
}

const endOfMigration = ['done', 'completed', 'failed', 'error']

/** Everything about a server that a controller could go by, and where its guest runs in truth. */
export async function lookAt(stage: Stage, id: string): Promise<Look> {
  return { ...(await askAbout(stage, id)), guests: await guestsOf(stage, id) }
}

/** The look once nothing moves any more; `ended: false` if after so many seconds something is still under way. */
export async function settled(stage: Stage, id: string, seconds: number): Promise<Look> {
  let last: Look | undefined
  const ended = await stage.until(seconds, async () => {
    const now = await askAbout(stage, id)
    const same = isDeepStrictEqual(now, last)
    last = now
    return same && hasEnded(now)
  })
  return { ended, ...last!, guests: await guestsOf(stage, id) }
}

/** Where a server's guest is, whatever Nova believes: `compute-01 runs`. */
export async function guestsOf(stage: Stage, id: string): Promise<string[]> {
  return (await stage.lab.guests())
    .map(line => /^(\S+)\s+(\S+)\s.*\s(runs|is paused|is off)$/.exec(line))
    .filter(match => match?.[2] === id)
    .map(match => `${match?.[1]} ${match?.[3]}`)
    .sort()
}

/** The evacuations of a server as Nova has them, newest first. */
export async function evacuationsOf(stage: Stage, id: string): Promise<NovaMigration[]> {
  const { body } = await stage.call('GET', `/os-migrations?migration_type=evacuation&instance_uuid=${id}`)
  return (body as { migrations: NovaMigration[] }).migrations.toSorted((a, b) => b.id - a.id)
}

/** Host → what it is charged for the server in Placement; by the names of the hosts, in their order. */
export async function allocationsOf(stage: Stage, id: string): Promise<string[]> {
  const { body } = await stage.call('GET', `/allocations/${id}`, { of: 'placement' })
  const charged = Object.keys((body as { allocations: Record<string, unknown> }).allocations)
  const { body: all } = await stage.call('GET', '/resource_providers', { of: 'placement' })
  const { resource_providers: providers } = all as { resource_providers: { uuid: string; name: string }[] }
  return providers
    .filter(({ uuid }) => charged.includes(uuid))
    .map(({ name }) => name)
    .sort()
}

/** Placement shows it as disabled, whatever Nova says. */
export async function isRefusedByPlacement(stage: Stage, host: string): Promise<boolean> {
  const { body } = await stage.call('GET', `/resource_providers/${await providerOf(stage, host)}/traits`, {
    of: 'placement'
  })
  return (body as { traits: string[] }).traits.includes('COMPUTE_STATUS_DISABLED')
}

export async function providerOf(stage: Stage, host: string): Promise<string> {
  const { body } = await stage.call('GET', `/resource_providers?name=${host}`, { of: 'placement' })
  return (body as { resource_providers: { uuid: string }[] }).resource_providers[0]!.uuid
}

async function askAbout(stage: Stage, id: string): Promise<Look> {
  const { code, body } = await stage.call('GET', `/servers/${id}`)
  if (code !== 200) return { status: String(code), allocations: await allocationsOf(stage, id) }
  const { server } = body as { server: NovaServer }
  return {
    status: server.status,
    task: server['OS-EXT-STS:task_state'],
    power: server['OS-EXT-STS:power_state'],
    host: server['OS-EXT-SRV-ATTR:host'],
    fault: server.fault?.message ?? null,
    migrations: (await evacuationsOf(stage, id)).map(({ status, dest_compute: to }) => `${status} -> ${to}`),
    allocations: await allocationsOf(stage, id),
    ...(await newestEvacuate(stage, id))
  }
}

/** The instance action of the last evacuate, newest event first. */
async function newestEvacuate(stage: Stage, id: string): Promise<Record<string, unknown>> {
  const { body } = await stage.call('GET', `/servers/${id}/os-instance-actions`)
  const { instanceActions } = body as { instanceActions: { action: string; request_id: string }[] }
  const newest = instanceActions.find(({ action }) => action === 'evacuate')
  if (newest === undefined) return {}
  const detail = await stage.call('GET', `/servers/${id}/os-instance-actions/${newest.request_id}`)
  const { message, events } = (
    detail.body as { instanceAction: { message: string | null; events: readonly ActionEvent[] } }
  ).instanceAction
  return { action: message, events: events.map(said) }
}

function said({ event, result, details }: ActionEvent): string {
  return `${event}: ${result}${details ? ` (${details})` : ''}`
}

function hasEnded(look: Look): boolean {
  const { task, migrations = [], events = [] } = look as Look & { migrations?: string[]; events?: string[] }
  return (
    (task ?? null) === null &&
    migrations.every(line => endOfMigration.includes(line.split(' ')[0]!)) &&
    events.every(line => !line.endsWith(': null'))
  )
}
