import { fenceBegun } from '../../../src/core/holding.ts'
import { isOurs } from '../../../src/core/marks.ts'
import { isRunning } from '../../../src/core/movable.ts'
import type { Recovery } from '../../../src/core/recovery.ts'
import { proofOf } from '../../../src/core/recovery.ts'
import type { Step } from '../../../src/core/step.ts'
import type { ModelHost } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { objectionToGuard } from './guarded.ts'
import { roomFor } from './room-for.ts'
import { answers, canReadPower, isUpInNova, saysOff, silentForMs } from './truth.ts'

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
  if (!fenceBegun(recovery) && isBack && !anyCellDown) return 'the host is healthy, and no power-off was sent'
  switch (phase.hold.code) {
    case 'unconfirmed':
      return !host.cellDown && silentForMs(at.world, host) > 300_000 ? 'the host has been silent for long' : undefined
    case 'compute-down':
      return answers(host) && at.segment.alive.length > 0 ? undefined : 'nothing on the host answers'
    case 'maintenance':
      // That it was enabled again can't be read while its cell is away.
      return host.cellDown || (!host.enabled && !isOurs(host.disabledReason)) || host.forcedDown
        ? undefined
        : 'nobody maintains it'
    case 'observing':
      return (await isArmed(at)) ? 'the segment is armed' : undefined
    case 'approval':
      return at.segment.approval === 'required' ? undefined : 'no approval is asked for'
    case 'no-target':
      return roomFor(at, recovery)
    case 'not-fenced':
      return provable(at, hostOf(at.world, phase.fencing ?? recovery.host))
    case 'proof':
      return proofOf(recovery)?.kind === 'fenced' && saysOff(host) ? 'its BMC says that the host is off' : undefined
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

function reportsForLong({ world }: Case, { reportingSinceMs }: ModelHost): boolean {
  return reportingSinceMs !== undefined && world.clock.now() - reportingSinceMs > noticedMs
}

async function isArmed({ store, segment }: Case): Promise<boolean> {
  const arming = await store.arming()
  return arming.segments[segment.name] ?? arming.armed ?? segment.armed ?? true
}

/** A BMC that says off of a host that shows no sign of life is a proof that waits to be read. */
function provable({ segment }: Case, host: ModelHost): string | undefined {
  const isSilent = segment.alive.length === 0 || !answers(host)
  return saysOff(host) && canReadPower(host) && isSilent && segment.fencing.some(agent => agent !== 'none')
    ? `the BMC of ${host.name} says that it is off`
    : undefined
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
