import type { Recovery } from '../../../src/core/recovery.ts'
import type { Deed, ModelMigration, ModelServer } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import { ruleFor } from './instance-rules.ts'
import type { Law } from './law-book.ts'
import { answersSince, flying, isLongDown } from './since.ts'

type Objection = readonly [Law, string]

/** At each evacuate: when it is intended, by what must have been seen; when it takes effect, by what is true. */
export function watchEvacuations(at: Case): void {
  const { recorder, book, world } = at
  recorder.listen({
    step(recovery, step) {
      if (step.state !== 'sending') return
      if (step.kind === 'evacuate' && hasLongLeft(at, recovery, step.target))
        book.breach('own-things-only', `evacuate of ${step.target}: it has long left ${recovery.host}`)
      const server = world.servers.get(step.target)
      if (server === undefined) return
      const objections =
        step.kind === 'evacuate'
          ? [
              ...objectionsToLeave(at, recovery),
              ...objectionsToServer(at, recovery, server),
              ...objectionsToTarget(at, recovery, step.to ?? '')
            ]
          : step.kind === 'reset'
            ? objectionsToReset(recovery, server)
            : []
      for (const [law, sentence] of objections) book.breach(law, `${step.kind} of ${server.name}: ${sentence}`)
    }
  })
  world.watchers.push(deed => {
    // What left a process that had stood still is measured by what it knew before.
    if (deed.kind !== 'evacuate' || at.excuses.late.has(deed.on)) return
    for (const [law, sentence] of objectionsNow(at, deed)) book.breach(law, `evacuate ${deed.on}: ${sentence}`)
  })
}

/** Its user deleted it, or others moved it: right before it is asked for it is looked at once more. */
function hasLongLeft({ world, chronicle, touched }: Case, { host }: Recovery, id: string): boolean {
  const server = world.servers.get(id)
  if (server?.host === host) return false
  const moved = world.migrations.findLast(one => one.server === id && one.source === host && one.status === 'done')
  const sinceMs = server === undefined ? touched.get(id) : moved?.updatedAtMs
  return sinceMs !== undefined && chronicle.isOld(sinceMs)
}

function objectionsToLeave(at: Case, recovery: Recovery): Objection[] {
  const { world, chronicle, segment, readings, pauses } = at
  const source = hostOf(world, recovery.host)
  const objections: Objection[] = []
  const lifted = chronicle.last('liftForceDown', source.name)
  if (!source.forcedDown && (lifted === undefined || chronicle.isOld(lifted)))
    objections.push(['proof-first', `${source.name} is not forced down`])
  const answers = answersSince(at, source.name)
  const proof = recovery.proofs[source.name]
  const isWord = proof?.kind !== 'fenced'
  // What Ironic only remembers is no more than a word.
  const isRemembered = !isWord && proof.agents.some(({ method }) => method === 'ironic')
  if ((isWord || isRemembered) && answers !== undefined && segment.alive.length > 0 && chronicle.isOld(answers))
    objections.push(['living-host', `${source.name} has long been answering`])
  const pausedAtMs = pauses.last(recovery.id) ?? 0
  const isRead = readings.get(source.name)?.some(({ power, atMs }) => power === 'off' && atMs >= pausedAtMs)
  if (!isWord && isRead !== true)
    objections.push(['proof-first', `${source.name} was not read since the recovery paused`])
  if (recovery.cancelling !== undefined) objections.push(['cancelled', 'the recovery was cancelled'])
  const others = strangers(at, recovery)
  if (others.length > othersMax) objections.push(['own-things-only', `another tool evacuates ${others.length} servers`])
  return objections
}

/** More evacuations than this that are not ours mean that another tool is at work. */
const othersMax = 3

/** Evacuations off its host that somebody else began, some rounds ago. */
function strangers({ world, chronicle, moved }: Case, recovery: Recovery): string[] {
  const ours = moved.get(recovery.id)
  return flying({ world, moved }, Number.POSITIVE_INFINITY)
    .filter(
      one => one.source === recovery.host && ours?.has(one.server) !== true && chronicle.isOld(one.createdAtMs, 6000)
    )
    .map(one => one.server)
}

function objectionsToServer({ world, recorder }: Case, recovery: Recovery, server: ModelServer): Objection[] {
  const { settings } = recovery
  const objections: Objection[] = []
  if (ruleFor(settings, server.name) === 'leave') objections.push(['policy', 'an instance rule leaves it'])
  if (server.localDisk && settings.storage === 'local' && !settings.allowLocalDiskLoss)
    objections.push(['allowed-loss', 'its disk lies on the dead host'])
  const begun = world.migrations.find(
    one => one.server === server.id && one.type === 'live-migration' && begunStates.includes(one.status)
  )
  const isLookedFor = recovery.vouchedServers[server.id] !== undefined
  const isOff = [...recorder.recoveries.values()].some(one => one.proofs[begun?.dest ?? ''] !== undefined)
  if (begun?.dest !== undefined && !isLookedFor && !isOff)
    objections.push(['target-first', `its live migration to ${begun.dest} had begun`])
  return objections
}

/** What these hold in memory is lost by a reset. */
const unusual = ['paused', 'suspended', 'rescued']

/** From here on the guest may run on the other host. */
const begunStates = ['running', 'post-migrating']

function objectionsToReset(recovery: Recovery, server: ModelServer): Objection[] {
  return unusual.includes(server.vmState) && !recovery.settings.evacuate.moveUnusual
    ? [['allowed-loss', `it is ${server.vmState}, and what it has in memory must stay`]]
    : []
}

function objectionsToTarget(at: Case, recovery: Recovery, to: string): Objection[] {
  const { world } = at
  const objections: Objection[] = []
  if (isLongDown(at, hostOf(world, to))) objections.push(['target-first', `${to} has long been down`])
  const { chronicle } = at
  const disabledAtMs = Math.max(chronicle.last('disable', to) ?? 0, chronicle.last('adoptSpare', to) ?? 0)
  if (hostOf(world, to).refusedUntilMs > world.clock.now() && chronicle.isOld(disabledAtMs))
    objections.push(['target-first', `the scheduler still refuses ${to}`])
  const missing = world.aggregates.find(one => one.hosts.includes(recovery.host) && !one.hosts.includes(to))
  if (missing !== undefined && recovery.targets[to]?.isSpare === true)
    objections.push(['target-first', `${to} is not in the aggregate ${missing.name}`])
  return objections
}

/** Limits, and what earlier attempts may have left behind. */
function objectionsNow(at: Case, deed: Deed): Objection[] {
  const { world, recorder, limits, moved } = at
  const server = world.servers.get(deed.on)
  const recovery = [...recorder.recoveries.values()].findLast(one => one.host === server?.host)
  if (server === undefined || recovery === undefined) return []
  const objections: Objection[] = []
  const timeoutMs = recovery.settings.evacuate.moveTimeoutMs
  // A request that was on its way for longer than a move may take has given its places back.
  const isLate = world.clock.now() - (moved.get(recovery.id)?.get(deed.on) ?? 0) > timeoutMs
  const isOurs = (id: string): boolean => [...moved.values()].some(servers => servers.has(id))
  // So has one to a target that is given up: it waits there for a proof, and others must not wait for it.
  const isGivenUp = ({ source, dest = '' }: ModelMigration): boolean =>
    [...recorder.recoveries.values()].some(one => one.host === source && one.targets[dest]?.state === 'lost')
  const counted = flying(at, timeoutMs).filter(one => one.server !== deed.on && isOurs(one.server) && !isGivenUp(one))
  const others = isLate ? [] : counted
  const { perTarget } = recovery.settings.evacuate
  const sameWay = others.filter(one => one.source === server.host && one.dest === deed.to)
  if (sameWay.length >= perTarget)
    objections.push(['limits', `${sameWay.length + 1} at once to ${deed.to}, at most ${perTarget}`])
  if (others.length >= limits.movesInFlight)
    objections.push(['limits', `${others.length + 1} at once, at most ${limits.movesInFlight}`])
  const group = world.groups.find(one => one.policy === 'anti-affinity' && one.members.includes(deed.on))
  const rival = others.find(one => group?.members.includes(one.server))
  if (rival !== undefined) objections.push(['limits', `${rival.server} of the same anti-affinity group is on its way`])
  const left = world.migrations.find(one => one.server === deed.on && mayHaveLeftACopy(at, recovery, one, deed))
  if (left !== undefined) objections.push(['target-first', `its evacuation to ${left.dest} is ${left.status}`])
  return objections
}

/** Rules 13 and 14: an attempt that reached another target counts until that one is proven off and forced down. */
function mayHaveLeftACopy({ world }: Case, recovery: Recovery, one: ModelMigration, deed: Deed): boolean {
  if (one.type !== 'evacuation' || one.source !== recovery.host || one.dest === undefined) return false
  if (one.dest === deed.to || !['accepted', 'pre-migrating', 'failed'].includes(one.status)) return false
  if (one.createdAtMs < (recovery.isolation?.atMs ?? 0)) return false
  const vouched = recovery.vouchedServers[deed.on]
  if (vouched !== undefined && vouched.atMs > one.createdAtMs) return false
  return recovery.proofs[one.dest] === undefined || !hostOf(world, one.dest).forcedDown
}
