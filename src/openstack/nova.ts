import type { Clock } from '../clock.ts'
import type { Cloud } from '../controller/ports/ports.ts'
import { type NovaClient, pins } from './nova/client.ts'
import { readAggregates, readGroups } from './nova/groups.ts'
import { readHosts } from './nova/hosts.ts'
import { addressesOf, bareMetalHostsOf, type Hypervisors } from './nova/hypervisors.ts'
import { readMigrationsFrom } from './nova/migrations.ts'
import { readServer, readServersOn } from './nova/servers.ts'
import { createSharedRead } from './nova/shared-read.ts'

/** What Nova alone answers of the port. */
export type Nova = Omit<Cloud, 'needs' | 'rooms' | 'portsOf' | 'attachmentsOf' | 'imageProperties'>

/** Nova refuses a longer reason. */
const reasonLengthMax = 255

export function createNova(nova: NovaClient, hypervisors: Hypervisors, clock: Clock): Nova {
  const putService = (id: string, body: object, signal?: AbortSignal) =>
    nova.send(pins.general, 'PUT', `/os-services/${id}`, body, signal)
  const act = (server: string, action: object, signal?: AbortSignal) =>
    nova.send(pins.evacuate, 'POST', `/servers/${server}/action`, action, signal)
  const disabled = (reason: string) => ({ status: 'disabled', disabled_reason: reason.slice(0, reasonLengthMax) })

  return {
    hosts: createSharedRead(clock, () => readHosts(nova, clock)),
    serversOn: (host, signal) => readServersOn(nova, host, signal),
    server: (id, signal) => readServer(nova, id, signal),
    migrationsFrom: (host, signal) => readMigrationsFrom(nova, host, signal),
    groups: signal => readGroups(nova, signal),
    aggregates: signal => readAggregates(nova, signal),
    addresses: async signal => addressesOf(await hypervisors.list([], signal)),
    bareMetalHosts: async signal => bareMetalHostsOf(await hypervisors.list([], signal)),

    // Disabled and forced down go in one PUT: a lone `disabled` makes the API call the dead host and hang for a minute.
    isolate: (serviceId, disabledReason, signal) =>
      putService(
        serviceId,
        { ...(disabledReason === undefined ? {} : disabled(disabledReason)), forced_down: true },
        signal
      ),
    enable: (serviceId, signal) => putService(serviceId, { status: 'enabled' }, signal),
    disable: (serviceId, reason, signal) => putService(serviceId, disabled(reason), signal),
    addToAggregate: (aggregate, host, signal) =>
      nova.send(pins.general, 'POST', `/os-aggregates/${aggregate}/action`, { add_host: { host } }, signal),
    evacuate: (server, target, signal) => act(server, { evacuate: { host: target } }, signal),
    resetToError: (server, signal) => act(server, { 'os-resetState': { state: 'error' } }, signal),
    stop: (server, signal) => act(server, { 'os-stop': null }, signal)
  }
}
