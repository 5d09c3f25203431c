import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { isWaived } from '../../core/segment.ts'
import { readRound } from '../judgement/power.ts'
import type { Context } from '../recovery/context.ts'
import { objectionToPowerOff } from './fencing/before-power-off.ts'
import { climbLadder } from './fencing/climb-ladder.ts'
import { notFenced, segmentGone } from './holds.ts'

/** Powers the host of the phase off and proves it: evidence, guards, arming and commands once more, then the ladder. */
export async function fence(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { recovery, ports } = ctx
  if (recovery.phase.state !== 'fencing') throw new Error(`a recovery that is ${recovery.phase.state} is not fenced`)
  const { host } = recovery.phase
  if (recovery.cancelling !== undefined) return await cancelAfterIntent(ctx)
  const objection = await objectionToPowerOff(ctx, host)
  if (objection !== undefined) return objection
  const segment = ports.policy.segment(recovery.segment)
  if (segment === undefined) return { type: 'stopped', hold: segmentGone(recovery) }
  // What is waived is the fence of a host that died. A target lives: it may run a copy, and somebody has to look.
  if (isWaived(segment) && host === recovery.host) return waive(ctx)
  return await climbLadder(ctx, host, segment.fencing)
}

/** A host that was cut off, or came on while its servers moved, runs: the configuration's word does not stop it. */
function waive({ recovery, ports }: Context): RecoveryEvent {
  const { evidence, host, isolation } = recovery
  if (isolation === undefined && evidence?.verdict === 'dead')
    return { type: 'proven', host, proof: { kind: 'waived', atMs: ports.clock.now() } }
  const why =
    isolation === undefined
      ? `it is ${evidence?.verdict ?? 'not looked at yet'}, and only the fence of a dead host is waived`
      : 'it was seen on while its servers were moved, so its fence is not waived'
  return { type: 'stopped', hold: notFenced(host, [why]) }
}

/** Rule 17: a power-off that was sent may still arrive; until it can't, nothing is called cancelled. */
async function cancelAfterIntent(ctx: Context): Promise<RecoveryEvent | 'interrupted'> {
  const { recovery, ports } = ctx
  const { host } = recovery
  const offs = ctx.steps.filter(step => step.kind === 'power-off' && step.target === host)
  const settledAtMs = Math.max(0, ...offs.map(step => step.intentAtMs + ports.fencing.settleMs(step.to ?? '')))
  while (ports.clock.now() < settledAtMs) {
    await ctx.wait(settledAtMs - ports.clock.now())
    if (ctx.interrupted()) return 'interrupted'
  }
  const asked = [...new Set(offs.flatMap(step => step.to ?? []))]
  const { readings, failures } = await readRound(ctx, asked, host)
  const power =
    readings.length === 0
      ? `its power state is not known (${failures[0]?.[1].why ?? 'no power-off was sent'})`
      : `the host is ${(readings.find(reading => reading.power !== 'off') ?? readings[0])?.power}`
  const by = recovery.cancelling
  return {
    type: 'cancelled',
    because: `${by?.by ?? 'nobody'}: ${by?.reason ?? ''}; ${power}; no server was moved and nothing is powered on`
  }
}
