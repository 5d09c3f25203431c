import { expect } from '@jest/globals'
import type { NovaServer, OpenStack } from './openstack.ts'
import { until } from './until.ts'
import type { RecoveryView } from './views.ts'

const ends = ['recovered', 'partial', 'dismissed', 'cancelled']

export function hasEnded(view: Pick<RecoveryView, 'state'>): boolean {
  return ends.includes(view.state)
}

/** Ended or held. */
export function stopped(view: RecoveryView): boolean {
  return hasEnded(view) || view.state === 'held'
}

/** Ended, or held until a person does something; what the world will release goes on by itself. */
export function settled(view: RecoveryView): boolean {
  return hasEnded(view) || view.hold?.releasedBy === 'person'
}

/** Each server is on one of `targets` with the status it should have, and was brought there by one evacuation. */
export async function expectMoved(
  cloud: OpenStack,
  servers: readonly string[],
  source: string,
  targets: readonly string[],
  status = 'ACTIVE'
): Promise<void> {
  const rows = new Map((await cloud.servers()).map(server => [server.id, server]))
  for (const id of servers) {
    const server = rows.get(id)
    expect(describe(server)).toEqual({
      name: server?.name,
      status,
      task: null,
      host: expect.stringMatching(oneOf(targets))
    })
  }
  await expectMovedOnce(cloud, servers, source)
}

/** No evacuation of a server after the one that brought it away, and none beside it. */
export async function expectMovedOnce(cloud: OpenStack, servers: readonly string[], source: string): Promise<void> {
  const evacuations = (await cloud.evacuations()).filter(({ source_compute: from }) => from === source)
  for (const id of servers) {
    const own = evacuations.filter(({ instance_uuid: server }) => server === id)
    const last = own.at(-1)
    expect({ id, last: last?.status }).toEqual({ id, last: expect.stringMatching(/^(done|completed)$/) })
    expect(own.slice(0, -1).filter(({ status }) => !['error', 'failed'].includes(status))).toEqual([])
    const actions = (await cloud.actions(id)).filter(action => action === 'evacuate')
    expect({ id, evacuates: actions.length }).toEqual({ id, evacuates: own.length })
  }
}

/** The failed host is kept from coming back by itself: down by force and disabled with our reason. */
export async function expectIsolated(cloud: OpenStack, host: string): Promise<void> {
  const service = (await cloud.services())[host]
  expect(service).toMatchObject({ forced_down: true, status: 'disabled' })
  expect(service?.disabled_reason).toMatch(/switchover/i)
}

export async function waitUntilDown(cloud: OpenStack, ...hosts: string[]): Promise<void> {
  await until(`Nova to call ${hosts.join(' and ')} down`, 60_000, async () => {
    const services = await cloud.services()
    return hosts.every(host => services[host]?.state === 'down')
  })
}

export async function waitForStatus(cloud: OpenStack, id: string, status: string): Promise<void> {
  await until(`server ${id} to be ${status}`, 120_000, async () => {
    const server = await cloud.server(id)
    return server.status === status && server['OS-EXT-STS:task_state'] === null
  })
}

function describe(server: NovaServer | undefined): Record<string, unknown> {
  return {
    name: server?.name,
    status: server?.status,
    task: server?.['OS-EXT-STS:task_state'],
    host: server?.['OS-EXT-SRV-ATTR:host']
  }
}

function oneOf(words: readonly string[]): RegExp {
  return new RegExp(`^(${words.join('|')})$`)
}
