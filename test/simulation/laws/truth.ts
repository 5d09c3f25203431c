import type { SegmentConfig } from '../../../src/controller/service/directory.ts'
import { isOurs } from '../../../src/core/marks.ts'
import { lastBeat, lastReport, reports, works } from '../../../src/emulator/model/hosts.ts'
import { wayOf, wayState } from '../../../src/emulator/model/power-ways.ts'
import type { ModelHost, ModelServer, World } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'

/** Guests may run on it, whatever Nova thinks. */
export function mayRunGuests(host: ModelHost): boolean {
  return host.powered && host.kernel === 'running'
}

/** Its ssh greets: the kernel runs and the network is there. */
export function answers(host: ModelHost): boolean {
  return mayRunGuests(host) && !host.cutOff
}

/** Somebody who is asked says that it lives. */
export function showsLife(world: World, { alive }: Pick<SegmentConfig, 'alive'>, host: ModelHost): boolean {
  return alive.some(({ kind }) =>
    kind === 'exec' ? world.clock.now() - lastBeat(world, host) < beatMaxMs : answers(host)
  )
}

const beatMaxMs = 8000

/** Its service bears one of our reasons. */
export function isMarkedBySwitchover(world: World, name: string): boolean {
  return isOurs(hostOf(world, name).disabledReason)
}

/** How long nothing was heard of its nova-compute, ms. */
export function silentForMs(world: World, host: ModelHost): number {
  return works(host) ? 0 : world.clock.now() - lastReport(world, host)
}

export function isUpInNova(world: World, host: ModelHost): boolean {
  return !host.cellDown && !host.forcedDown && reports(world, host)
}

/** This way to its power can be asked now and says what is so, or a lie. */
export function canReadPower(host: ModelHost, agent: string): boolean {
  const { habits } = wayOf(host, agent)
  const isThere = !['unreachable', 'otherMachine', 'swaps'].includes(habits.mode) && habits.identity === undefined
  return isThere && !habits.wrongPassword && habits.errorRate < 0.2
}

/** Each of these agents says off. */
export function saysOff(host: ModelHost, agents: readonly string[]): boolean {
  return agents.every(agent => canReadPower(host, agent) && wayState(host, wayOf(host, agent)) === 'Off')
}

/** Servers that Nova places on it and that need a host. */
export function serversOn(world: World, name: string): ModelServer[] {
  const { cellDown } = hostOf(world, name)
  return cellDown ? [] : [...world.servers.values()].filter(server => server.host === name && !isLeaving(server))
}

export function isLeaving(server: ModelServer): boolean {
  return server.taskState === 'deleting' || server.vmState === 'shelved_offloaded' || server.vmState === 'soft-delete'
}

/** Nova evacuates it, as it is or after its state was reset. */
export function isMovableKind(server: Pick<ModelServer, 'launched'>, vmState: string): boolean {
  return server.launched && ['active', 'stopped', 'error', 'paused', 'suspended', 'rescued'].includes(vmState)
}
