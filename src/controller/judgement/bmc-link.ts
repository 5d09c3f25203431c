import type { GuardReport } from '../../core/guards/guard.ts'
import type { BmcLink } from '../../core/guards/own-isolation.ts'
import { bmcNetworkGuard } from '../../core/guards/own-isolation.ts'
import type { HostsReading } from '../../core/inventory.ts'
import { isUp } from '../../core/inventory.ts'
import { agentsOf } from '../../core/ladder.ts'
import { membersOf } from '../../core/segment.ts'
import type { Context } from '../recovery/context.ts'
import { isWorldError } from '../recovery/context.ts'
import type { FenceFailure } from './fence-failure.ts'
import { failureOf, isFinal, isSilence } from './fence-failure.ts'

/** So many others are asked. */
const othersMax = 3
const patienceMs = 15_000

/** Do the BMCs of living hosts of the segment answer? Each is asked by the agents of the segment until one has an answer. */
export async function bmcLinkOf(
  { ports, recovery, signal }: Pick<Context, 'ports' | 'recovery'> & Partial<Pick<Context, 'signal'>>,
  host: string,
  { hosts }: HostsReading
): Promise<BmcLink | undefined> {
  const segment = ports.policy.segment(recovery.segment)
  const agents = agentsOf(segment?.fencing)
  if (segment === undefined || agents.length === 0 || !ports.policy.guards.bmcNetwork) return undefined
  const members = membersOf(segment)
  const living = hosts.filter(({ name }) => name !== host && members.includes(name)).filter(isUp)
  const asked = living.slice(0, othersMax).map(({ name }) => name)
  const answers = await Promise.all(asked.map(async name => await answersOneOf(agents, name)))
  return {
    answering: asked.filter((_, index) => answers[index] === true),
    silent: asked.filter((_, index) => answers[index] === false)
  }

  async function answersOneOf(names: readonly string[], other: string): Promise<boolean> {
    const over = new AbortController()
    const given = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal])
    const late = ports.clock.sleep(patienceMs, given).then(() => false)
    const reads = names.map(async agent => await isRead(agent, other, given))
    const first = await Promise.race([late, anyTrue(reads)])
    over.abort()
    return first
  }

  /** One that refuses us answers all the same: the link to it is well. */
  async function isRead(agent: string, other: string, given: AbortSignal): Promise<boolean> {
    try {
      await ports.fencing.read(agent, other, given)
      return true
    } catch (error) {
      if (!isWorldError(error)) throw error
      return isFinal(failureOf(error))
    }
  }
}

async function anyTrue(answers: readonly Promise<boolean>[]): Promise<boolean> {
  return (await Promise.all(answers)).includes(true)
}

/**
 * Is it our own link's fault that a host whose BMC does not answer is not fenced? undefined where nobody was asked. One that came on while its servers
 * moved is not left to that: when the link is back a person may have brought the host back (rule 7).
 */
export async function ownLinkGuard(
  ctx: Context,
  host: string,
  failures: readonly FenceFailure[]
): Promise<GuardReport | undefined> {
  const { recovery } = ctx
  if (failures.length === 0 || !failures.every(isSilence)) return undefined
  if (recovery.isolation !== undefined && host === recovery.host) return undefined
  const link = await bmcLinkOf(ctx, host, await ctx.ports.cloud.hosts(ctx.signal))
  return link && bmcNetworkGuard(host, link)
}
