import type { PowerState } from '../../core/inventory.ts'
import { deliver } from './attempts.ts'
import { noteDeed, startGuest } from './oracle.ts'
import { Refusal } from './refusal.ts'
import { note, serverWithId } from './server-requests.ts'
import type { Deed, ModelHost, ModelServer, World } from './world.ts'
import { hostOf } from './world.ts'

/** What a user may do with a server where it is. */
export interface Change {
  /** As Nova calls it in its refusals. */
  readonly action: string
  readonly from: readonly string[]
  readonly task: string
  readonly vmState: string
  readonly powerState: PowerState
  /** What becomes of the guest. `made`: it is started, and made anew if it is not there. */
  readonly guest: 'made' | 'off' | 'same'
  readonly deed?: Deed['kind']
  /** It may begin while a task is under way. */
  readonly whileBusy?: boolean
}

const running = { vmState: 'active', powerState: 'running' } as const
const everyday = ['active', 'stopped', 'paused', 'suspended', 'error']

export const changes = {
  stop: {
    ...{ action: 'stop', from: ['active', 'error'], task: 'powering-off', guest: 'off', deed: 'stop' },
    ...{ vmState: 'stopped', powerState: 'shutdown' }
  },
  start: { action: 'start', from: ['stopped'], task: 'powering-on', guest: 'made', deed: 'start', ...running },
  rebootSoft: { action: 'reboot', from: ['active'], task: 'rebooting', guest: 'made', ...running },
  rebootHard: {
    ...{ action: 'reboot', from: everyday, task: 'rebooting_hard', guest: 'made', whileBusy: true },
    ...running
  },
  pause: {
    ...{ action: 'pause', from: ['active'], task: 'pausing', guest: 'same' },
    ...{ vmState: 'paused', powerState: 'paused' }
  },
  unpause: { action: 'unpause', from: ['paused'], task: 'unpausing', guest: 'same', ...running },
  suspend: {
    ...{ action: 'suspend', from: ['active'], task: 'suspending', guest: 'off' },
    ...{ vmState: 'suspended', powerState: 'shutdown' }
  },
  resume: { action: 'resume', from: ['suspended'], task: 'resuming', guest: 'made', ...running },
  rescue: {
    ...{ action: 'rescue', from: ['active', 'stopped', 'error'], task: 'rescuing', guest: 'made' },
    ...{ vmState: 'rescued', powerState: 'running' }
  },
  unrescue: { action: 'unrescue', from: ['rescued'], task: 'unrescuing', guest: 'made', ...running }
} satisfies Record<string, Change>

/**
 * Nova takes it though the host may be away: the order waits in that host's queue, and is obeyed there whenever its
 * nova-compute returns, wherever the server is by then.
 */
export function change(world: World, id: string, { deed, ...what }: Change, requestId?: string): void {
  const server = serverWithId(world, id)
  refuseUnless(server, what)
  if (deed !== undefined) noteDeed(world, { kind: deed, on: id })
  note(world, server, what.action, requestId)
  server.taskState = what.task
  const there = hostOf(world, server.host as string)
  deliver(there, () => obey(world, there, id, what))
}

function obey(world: World, there: ModelHost, id: string, { guest, vmState, powerState }: Change): void {
  const server = world.servers.get(id)
  if (server === undefined) return
  if (guest === 'made') startGuest(world, there, id)
  // Only what makes a guest anew can be done where the guest is no more.
  else if (!there.defined.has(id)) return
  if (guest === 'off') there.running.delete(id)
  if (powerState === 'paused') there.paused.add(id)
  else there.paused.delete(id)
  Object.assign(server, { vmState, powerState, taskState: undefined, updatedAtMs: world.clock.now() })
}

function refuseUnless(server: ModelServer, { action, from, whileBusy }: Change): void {
  const refuse = (what: string, state: string) => {
    throw new Refusal(409, `Cannot '${action}' instance ${server.id} while it is in ${what} ${state}`)
  }
  if (!from.includes(server.vmState) || server.host === undefined) refuse('vm_state', server.vmState)
  if (server.taskState !== undefined && whileBusy !== true) refuse('task_state', server.taskState)
}
