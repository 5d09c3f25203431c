import type { Health } from '../../schemas/health.d.ts'
import type { RecoverySummary } from '../../schemas/recovery-summary.d.ts'
import type { SegmentView } from '../../schemas/segment.d.ts'
import type { Status } from '../../schemas/status.d.ts'
import type { Abandoned } from './closer.ts'
import { serversOf } from './text/moves.ts'
import { lasted } from './times.ts'

type Finding = Status['findings'][number]

/** What a hold that ends by itself may take before somebody should look. */
export const patienceMs = 15 * 60_000

const critical = (text: string): Finding => ({ level: 'critical', text })
const warning = (text: string): Finding => ({ level: 'warning', text })

/** What is not as it should be, the worst first. critical: somebody is needed now. */
export function findingsOf(
  { health, segments, open, ended, unresolved }: Omit<Status, 'level' | 'findings'>,
  abandoned: readonly Abandoned[],
  nowMs: number
): Finding[] {
  const found = [
    ...serviceFindings(health),
    ...segments.flatMap(segment => standFindings(segment, [...open, ...ended])),
    ...health.segments.flatMap(watchFindings),
    ...open.map(recovery => openFinding(recovery, nowMs)),
    ...abandoned.map(abandonedFinding),
    ...partialFindings(open, ended),
    ...unresolved.map(unresolvedFinding)
  ]
  return [...found.filter(({ level }) => level === 'critical'), ...found.filter(({ level }) => level === 'warning')]
}

function serviceFindings({ store, segments, dependencies, duties, configuration }: Health): Finding[] {
  return [
    ...(store.ok
      ? []
      : [critical(`the service can't use its database, and accepts nothing: ${store.error ?? 'it does not say why'}`)]),
    ...(segments.length > 0 ? [] : [critical("the hosts and spares are not known: the service can't read the cloud")]),
    ...dependencies.flatMap(({ name, ok, asked, error }) =>
      ok || asked === false ? [] : [warning(`${name} fails: ${error ?? 'it does not answer'}`)]
    ),
    ...duties.flatMap(({ duty, lastError }) =>
      lastError === undefined ? [] : [warning(`the duty ${duty} failed: ${lastError}`)]
    ),
    ...(configuration?.failed === undefined
      ? []
      : [
          warning(
            `the configuration could not be loaded anew, the old one counts: ${configuration.failed.mistakes.join('; ')}`
          )
        ]),
    ...(configuration === undefined || configuration.needsRestart.length === 0
      ? []
      : [warning(`changed, and counts after a restart only: ${configuration.needsRestart.join(', ')}`)])
  ]
}

function standFindings(
  { name, armed, spareLeft, spares }: SegmentView,
  recoveries: readonly RecoverySummary[]
): Finding[] {
  const why = spares.map(spare => `; ${spare.name}: ${whyNotReady(spare, recoveries)}`).join('')
  return [
    ...(spareLeft ? [] : [critical(`${name} has no spare left, so the next host that dies can't be recovered${why}`)]),
    ...(armed ? [] : [warning(`${name} only observes: nothing is done for a host that dies (switchover arm ${name})`)])
  ]
}

/** Nobody knows a recovery by its id. */
function whyNotReady(
  { because = 'not ready', heldBy }: SegmentView['spares'][number],
  recoveries: readonly RecoverySummary[]
): string {
  const holder = recoveries.find(({ id }) => id === heldBy)
  return holder === undefined ? because : `in use since ${holder.host} failed`
}

function watchFindings({ name, alarms, fencing }: Health['segments'][number]): Finding[] {
  const without = alarms?.without ?? []
  return [
    ...(without.length === 0 ? [] : [warning(`${name}: no alarm tells of ${without.join(', ')}`)]),
    ...(fencing?.failed ?? []).map(({ host, agent, error }) =>
      warning(`${name}: ${host} could not be fenced by ${agent} if it died: ${withoutHost(error, host)}`)
    )
  ]
}

/** Such an error may name its host, which has been named. */
function withoutHost(error: string, host: string): string {
  return error.startsWith(`${host}: `) ? error.slice(host.length + 2) : error
}

function openFinding({ host, state, hold, sinceMs }: RecoverySummary, nowMs: number): Finding {
  const ms = nowMs - sinceMs
  if (hold === undefined) return warning(`${host} is being recovered: ${state} for ${lasted(ms)}`)
  if (hold.releasedBy === 'person') return critical(`${host} waits for a person: switchover show ${host}`)
  const text = `${host} is held (${hold.guard ?? hold.code}) for ${lasted(ms)}, and goes on by itself`
  return ms > patienceMs ? critical(`${text}; that is long: switchover show ${host}`) : warning(text)
}

/** Nobody is at it, and its servers are down. */
function abandonedFinding({ host, left, reason = 'without a reason' }: Abandoned): Finding {
  return critical(
    `${host} is dead, and nothing is done for it: ${left} (${reason}); a new recovery looks again: switchover recover ${host}`
  )
}

/** What stayed behind stays down until somebody looks, unless it was gone on with. */
function partialFindings(open: readonly RecoverySummary[], ended: readonly RecoverySummary[]): Finding[] {
  const continued = new Set([...open, ...ended].map(({ continues }) => continues))
  return ended
    .filter(({ id, state }) => state === 'partial' && !continued.has(id))
    .map(({ host, moves }) =>
      warning(`${host} was recovered in part, ${serversOf(moves.staying)} stayed: switchover show ${host}`)
    )
}

/** Nothing is done about it until somebody says whom it means. */
function unresolvedFinding({ id, alarm, because }: Status['unresolved'][number]): Finding {
  return warning(`${alarm?.name ?? 'a signal'} names no host (${because}): switchover resolve ${id} HOST`)
}
