import { approvable } from '../../src/core/guards/guard.ts'
import type { Hold, Recovery } from '../../src/core/recovery.ts'
import type { Step } from '../../src/core/step.ts'
import { lastStep } from '../../src/core/step.ts'
import type { World } from '../../src/emulator/model/world.ts'
import { isMarkedBySwitchover, isUpInNova } from './laws/truth.ts'
import type { Deed } from './scenario.ts'

/**
 * What an operator does who reads why a recovery is held and does just that, with care: who vouches for a host has pulled
 * its plug, who vouches for a server has looked everywhere. What nobody can help is cancelled.
 */
export function helpFor(world: World, recovery: Recovery, steps: readonly Step[]): Deed[] {
  if (recovery.phase.state !== 'held') return []
  // Before anything else Nova has to be readable.
  const away = [...world.hosts.values()].filter(one => one.cellDown)
  return [...away.map(({ name }): Deed => ({ do: 'cellUp', host: name })), ...asked(world, recovery, steps)]
}

function asked(world: World, recovery: Recovery, steps: readonly Step[]): Deed[] {
  const { host, phase } = recovery
  if (phase.state !== 'held') return []
  const fenced = phase.fencing ?? host
  switch (phase.hold.code) {
    case 'compute-down':
      return [{ do: 'startCompute', host }]
    case 'maintenance':
      return [
        ...(isMarkedBySwitchover(world, host) ? [] : [{ do: 'enable', host } as const]),
        { do: 'liftForceDown', host }
      ]
    case 'observing':
      return [{ do: 'arm' }]
    case 'approval':
      return [{ do: 'approve', host }]
    case 'not-fenced':
      return [
        { do: 'powerOff', host: fenced },
        { do: 'vouch', of: host, ...(fenced === host ? {} : { host: fenced }) }
      ]
    case 'power':
      return [
        { do: hasFeeds(world, host) ? 'unplug' : 'powerOff', host },
        { do: 'retry', host }
      ]
    case 'proof':
      return [
        { do: 'powerOff', host },
        { do: 'vouch', of: host }
      ]
    case 'isolation':
      return [
        { do: 'forceDown', host },
        { do: 'retry', host }
      ]
    case 'target':
      return [...lostTargets(recovery, steps), ...copies(world, recovery, steps, phase.hold)]
    case 'servers':
      return stranded(world, recovery)
    case 'degraded':
      return [{ do: 'regainStorage', host }]
    case 'unconfirmed':
      // Too few sources that say so: who knows better recovers it by hand.
      return (recovery.settings.confirm.sourcesMin ?? 1) > 1 ? [{ do: 'cancel', host }] : hopeless(world, host)
    case 'cloud':
      return hopeless(world, host)
    case 'guard':
      return atGuard(world, host, phase.hold)
    default:
      return [{ do: 'cancel', host }]
  }
}

/** What says on may be an outlet. */
function hasFeeds(world: World, host: string): boolean {
  return [...(world.hosts.get(host)?.ways.values() ?? [])].some(way => way.kind === 'feed')
}

/** Most are a matter of a person's word; what is broken is mended, and what nobody can mend is given up. */
function atGuard(world: World, host: string, { guard }: Hold): Deed[] {
  if (guard === undefined) return [{ do: 'cancel', host }]
  if (approvable[guard]) return [{ do: 'approve', host }]
  if (guard === 'control-plane')
    return (['scheduler', 'conductor'] as const).map(service => ({ do: 'startControl', service }))
  return [...world.hosts.keys()].map(name => ({
    do: 'bmc',
    host: name,
    bmc: { mode: 'good', slowMs: 0, errorRate: 0 }
  }))
}

/** Where no host is left nobody can help. */
function hopeless(world: World, host: string): Deed[] {
  const hosts = [...world.hosts.values()]
  return hosts.some(one => one.cellDown || isUpInNova(world, one)) ? [] : [{ do: 'cancel', host }]
}

/** Hosts that servers are on their way to and do not reach: the plug is pulled, and somebody says so. */
function lostTargets(recovery: Recovery, steps: readonly Step[]): Deed[] {
  const open = steps.filter(step => step.kind === 'evacuate' && (step.state === 'sent' || step.state === 'sending'))
  const targets = new Set(open.flatMap(step => step.to ?? []))
  return [...targets].flatMap((target): Deed[] => [
    { do: 'powerOff', host: target },
    { do: 'vouch', of: recovery.host, host: target }
  ])
}

/** A copy that a failed move may have left, and of which the hold tells, is destroyed, and somebody says so. */
function copies(world: World, recovery: Recovery, steps: readonly Step[], { reason }: Hold): Deed[] {
  const sent = new Set(steps.filter(step => step.kind === 'evacuate').map(step => step.target))
  const servers = [...sent].filter(server => {
    const last = lastStep(steps, 'evacuate', server)
    return last?.state === 'failed' && last.reached === true && reason.includes(server)
  })
  return servers.flatMap(server => [
    ...clearAway(world, server, recovery.host),
    { do: 'vouch' as const, of: recovery.host, server }
  ])
}

function stranded(world: World, recovery: Recovery): Deed[] {
  const staying = (recovery.plan?.staying ?? []).filter(stay => stay.because === 'person').map(stay => stay.server)
  return staying.flatMap(server => [
    ...clearAway(world, server, recovery.host),
    { do: 'vouch' as const, of: recovery.host, server }
  ])
}

/** Whatever runs of it outside the failed host. */
function clearAway(world: World, server: string, failed: string): Deed[] {
  const places = [...world.hosts.values()].filter(host => host.name !== failed && host.defined.has(server))
  return places.map(place => ({ do: 'removeGuest', host: place.name, server }))
}
