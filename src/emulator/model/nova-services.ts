import { reports, works } from './hosts.ts'
import { noteDeed } from './oracle.ts'
import { Refusal } from './refusal.ts'
import type { Deed, ModelHost, World } from './world.ts'

/** What a PUT of a compute service may change. */
export interface ServiceChange {
  readonly status?: 'enabled' | 'disabled'
  readonly disabledReason?: string
  readonly forcedDown?: boolean
}

export function serviceNamed(world: World, id: string): ModelHost {
  for (const host of world.hosts.values()) if (host.serviceId === id) return host
  throw new Refusal(404, `Service ${id} could not be found.`)
}

export function changeService(world: World, id: string, change: ServiceChange): ModelHost {
  const host = serviceNamed(world, id)
  if (change.forcedDown === false) refuseToForceUp(world, host)
  const before = settingOf(host)
  if (change.status === 'disabled') disable(host, change.disabledReason)
  if (change.status === 'enabled') enable(world, host)
  if (change.forcedDown !== undefined) host.forcedDown = change.forcedDown
  noteChange(world, host, before)
  const kind = deedOf(change)
  if (kind !== undefined) noteDeed(world, { kind, on: host.name })
  return host
}

/** What a PUT of the service may change, as one word. */
export function settingOf({ enabled, disabledReason, forcedDown }: ModelHost): string {
  return JSON.stringify([enabled, disabledReason, forcedDown])
}

/** A row that is written anew gets a new date; one that stays as it was is not written. */
export function noteChange(world: World, host: ModelHost, before: string): void {
  if (settingOf(host) !== before) host.changedAtMs = world.clock.now()
}

/**
 * How long the API's answer takes after a change: for a status alone it calls the host, unless it knows that the host is
 * down. One that died a moment ago lets it wait.
 */
export function waitForHostMs(world: World, host: ModelHost, { status }: ServiceChange): number {
  const isCalled = status !== undefined && !host.forcedDown && reports(world, host)
  return isCalled && !works(host) ? world.timing.rpcTimeoutMs : 0
}

/** What was evacuated from it would run twice if it came back before it has cleaned up. */
function refuseToForceUp(world: World, host: ModelHost): void {
  const isLeft = world.migrations.some(
    record => record.type === 'evacuation' && record.source === host.name && record.status === 'done'
  )
  if (!isLeft) return
  throw new Refusal(
    400,
    `Unable to force up host ${host.name} as \`done\` evacuation migration records remain associated with the host. Ensure the compute service has been restarted, allowing these records to move to \`completed\` before retrying this request.`
  )
}

function deedOf({ status, forcedDown }: ServiceChange): Deed['kind'] | undefined {
  if (forcedDown === true) return 'isolate'
  return status === 'enabled' ? 'enable' : status === 'disabled' ? 'disable' : undefined
}

function disable(host: ModelHost, reason: string | undefined): void {
  host.enabled = false
  host.disabledReason = reason
  host.refusedUntilMs = Number.POSITIVE_INFINITY
}

function enable(world: World, host: ModelHost): void {
  // A host that can't be told learns of it when its nova-compute starts.
  if (!host.enabled && works(host)) host.refusedUntilMs = world.clock.now() + host.habits.traitLagMs
  host.enabled = true
  host.disabledReason = undefined
}
