import { isRunning } from '../../../src/core/fate.ts'
import { fenceBegun } from '../../../src/core/holding.ts'
import { stepsOf, witnessesOf } from '../../../src/core/ladder.ts'
import { isOurs } from '../../../src/core/marks.ts'
import { agentsBehind } from '../../../src/core/proof.ts'
import type { Proof, Recovery } from '../../../src/core/recovery.ts'
import { proofOf } from '../../../src/core/recovery.ts'
import type { Step } from '../../../src/core/step.ts'
import type { ModelHost } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { asksForApproval, objectionToGuard } from './guarded.ts'
import { liesOf } from './readings.ts'
import { roomFor } from './room-for.ts'
import { answers, canReadPower, isUpInNova, saysOff, showsLife, silentForMs } from './truth.ts'

/** Noticed by now: reports come every 10 s, and a held recovery looks every 30 s, the rarer the oftener it was held. */
const noticedMs = 40_000

/**
 * Why a hold is not what the world asks for, undefined when it is: a recovery that nothing holds back must go on by
 * itself, and one that waits for a person must have a reason that a person can see.
 */
export async function objectionToHold(at: Case, recovery: Recovery): Promise<string | undefined> {
  const { phase } = recovery
  if (phase.state !== 'held') return undefined
  if (phase.hold.reason === '') return 'it gives no reason'
  const host = hostOf(at.world, recovery.host)
  const anyCellDown = [...at.world.hosts.values()].some(one => one.cellDown)
  const isBack = isUpInNova(at.world, host) && reportsForLong(at, host)
  if (!fenceBegun(recovery) && isBack && !anyCellDown && !isDegraded(at, host))
    return 'the host is healthy, and no power-off was sent'
  switch (phase.hold.code) {
    case 'unconfirmed':
      return !host.cellDown && silentForMs(at.world, host) > 300_000 && speaksEnough(at, host)
        ? 'the host has been silent for long'
        : undefined
    case 'compute-down':
      return answers(host) && at.segment.alive.length > 0 ? undefined : 'nothing on the host answers'
    case 'degraded':
      return host.storageLost ? undefined : 'nothing on the host is silent'
    case 'maintenance':
      // That it was enabled again can't be read while its cell is away.
      return host.cellDown || (!host.enabled && !isOurs(host.disabledReason)) || host.forcedDown
        ? undefined
        : 'nobody maintains it'
    case 'observing':
      return (await isArmed(at)) ? 'the segment is armed' : undefined
    case 'approval':
      return asksForApproval(at, recovery) ? undefined : 'no approval is asked for'
    case 'no-target':
      return roomFor(at, recovery)
    case 'not-fenced':
      return provable(at, hostOf(at.world, phase.fencing ?? recovery.host))
    case 'proof':
      return isProvenAgain(host, proofOf(recovery)) ? 'its BMC says that the host is off' : undefined
    case 'target':
      // How a move ended can't be read either.
      return anyCellDown ? undefined : await openMoves(at, recovery)
    case 'servers':
      return strandedMigrations(at, recovery) ? undefined : 'no migration is in doubt'
    case 'other-tool':
      return at.world.migrations.some(one => one.type === 'evacuation' && isRunning(one))
        ? undefined
        : 'there is no other tool'
    case 'guard':
      return anyCellDown ? undefined : objectionToGuard(at, phase.hold, host)
    case 'cloud':
      return anyCellDown || ![...at.world.hosts.values()].some(one => isUpInNova(at.world, one))
        ? undefined
        : 'nothing is wrong with the cloud'
    default:
      return undefined
  }
}

/** Somebody looks for its heartbeat on the storage, and it has lost that: it is not well though it reports. */
function isDegraded({ segment }: Case, host: ModelHost): boolean {
  const isAsked = segment.alive.some(({ kind }) => kind === 'exec')
  return host.storageLost && isAsked && segment.settings.confirm.degraded !== 'dismiss'
}

/** As many independent sources as are asked for say by now that it is dead, or that it is cut off. */
function speaksEnough(at: Case, host: ModelHost): boolean {
  const { world, segment } = at
  const { alive, power, settings } = segment
  const network = alive.some(({ kind }) => kind !== 'exec')
  const beside = alive.filter(({ kind }) => kind === 'exec')
  if (network && answers(host)) return false
  const isOff = power !== undefined && believedOff(at, host, [power.agent])
  const beats = showsLife(world, { alive: beside }, host)
  const voices = 1 + Number(network) + Number(isOff) + (beats ? 0 : beside.length)
  return voices >= (settings.confirm.sourcesMin ?? 1)
}

function reportsForLong({ world }: Case, { reportingSinceMs }: ModelHost): boolean {
  return reportingSinceMs !== undefined && world.clock.now() - reportingSinceMs > noticedMs
}

async function isArmed({ store, segment }: Case): Promise<boolean> {
  const arming = await store.arming()
  return arming.segments[segment.name] ?? arming.armed ?? segment.armed ?? true
}

function isProvenAgain(host: ModelHost, proof: Proof | undefined): boolean {
  return proof?.kind === 'fenced' && saysOff(host, agentsBehind(proof))
}

/** They say off, and none of them was heard to lie of it: that one may be believed or not. */
function believedOff({ readings, rehearses }: Case, host: ModelHost, agents: readonly string[]): boolean {
  const said = readings.get(host.name) ?? []
  return saysOff(host, agents) && !(rehearses && agents.some(agent => liesOf(agent, said).length > 0))
}

/** A step of the ladder that says off of a host that shows no sign of life is a proof that waits to be read. */
function provable(at: Case, host: ModelHost): string | undefined {
  const { segment, world } = at
  const isSilent = !showsLife(world, segment, host)
  // One that says on is not overruled.
  const isDenied = witnessesOf(segment.fencing).some(
    agent => agent !== 'ironic' && canReadPower(host, agent) && !saysOff(host, [agent])
  )
  // What only remembers proves it when it is told to switch, and that it is not while it is held.
  const isSaid = stepsOf(segment.fencing).some(
    ({ agents }) => !agents.includes('ironic') && believedOff(at, host, agents)
  )
  return isSaid && !isDenied && isSilent ? `the BMC of ${host.name} says that it is off` : undefined
}

/** A request that was cut off, and a look after that. */
const arrivesMs = 400_000

/** It waits for moves that have no end, or for a copy that may run somewhere. */
async function openMoves({ store, world }: Case, recovery: Recovery): Promise<string | undefined> {
  const steps = await store.steps(recovery.id)
  const isOpen = (step: Step): boolean => {
    if (step.kind !== 'evacuate' || (step.state !== 'sending' && step.state !== 'sent')) return false
    const record = world.migrations.find(one => one.id === step.migration)
    if (record !== undefined) return isRunning(record)
    // What never arrived is known by then not to be on its way.
    const isKnown = world.migrations.some(one => one.server === step.target && one.createdAtMs >= step.intentAtMs)
    return isKnown || world.clock.now() - step.intentAtMs < arrivesMs
  }
  const isDoubtful = (step: Step): boolean =>
    step.kind === 'evacuate' && step.reached === true && step.to !== undefined && recovery.proofs[step.to] === undefined
  const isFencingTarget = recovery.phase.state === 'held' && recovery.phase.fencing !== undefined
  return isFencingTarget || steps.some(step => isOpen(step) || isDoubtful(step))
    ? undefined
    : 'no move is under way, and no copy in doubt'
}

/** A person has to look at servers whose migration had begun, or at a copy that a failed move may have left. */
function strandedMigrations({ world }: Case, recovery: Recovery): boolean {
  return world.migrations.some(
    record =>
      record.source === recovery.host &&
      world.servers.get(record.server)?.host === recovery.host &&
      (record.type === 'live-migration' ? isRunning(record) : record.status === 'failed')
  )
}
