import { movesOf } from '../../core/moves.ts'
import { agentsAsked } from '../../core/off-claim.ts'
import { continueRecovery } from '../../core/open.ts'
import type { Recovery } from '../../core/recovery.ts'
import { newId } from '../../new-id.ts'
import type { Coverage } from '../duties/coverage.ts'
import type { Rehearsal } from '../duties/rehearsal.ts'
import { isArmed } from '../judgement/check-guards.ts'
import { dryRun } from '../planning/dry-run.ts'
import type { Ports } from '../ports/ports.ts'
import type { Directory } from './directory.ts'
import type { Intake } from './intake.ts'
import { viewOf } from './segment-view.ts'
import type { Dependency, Service } from './service.ts'

export interface ServiceOptions {
  readonly ports: Ports
  readonly directory: Directory
  readonly intake: Intake
  readonly nudge: (recovery?: string) => void
  readonly dependencies: () => readonly Dependency[]
  /** Left out where nobody looks after alarms. */
  readonly coverage?: Pick<Coverage, 'of'>
  /** Left out where nobody rehearses. */
  readonly rehearsal?: Pick<Rehearsal, 'of' | 'against'>
}

/** The application behind the routes: intake, operators' commands and views. */
export function createService(options: ServiceOptions): Service {
  const { ports, directory, intake, nudge, dependencies, coverage, rehearsal } = options
  const { store } = ports
  return {
    receive: intake.receive,
    dependencies,
    knowsSegment: name => directory.segment(name) !== undefined,
    knowsHost: host => directory.segmentOf(host) !== undefined || (directory.isKnown() ? false : 'unknown'),

    async resolve(id, host, actor) {
      const signal = await store.signal(id)
      if (signal === undefined) return undefined
      if (signal.outcome !== 'unresolved' && signal.outcome !== 'received') return 'settled'
      return await intake.settleWith(
        id,
        { source: signal.source, ...(signal.alarm === undefined ? {} : { alarm: signal.alarm }) },
        host,
        actor
      )
    },

    async dryRun(host) {
      await directory.refresh()
      const segment = directory.segmentOf(host)
      return segment === undefined ? undefined : await dryRun(ports, host, segment, rehearsal?.against)
    },

    async command(command) {
      const stored = command.kind === 'retry' ? await store.recovery(command.recovery) : undefined
      const successor =
        stored?.recovery.phase.state === 'partial' ? await successorOf(ports, stored.recovery) : undefined
      const answer = await store.command(command, successor)
      nudge(typeof answer === 'object' ? answer.recovery : command.recovery)
      return answer
    },

    async setArming(change, actor, reason) {
      const arming = await store.setArming(change, actor, reason)
      nudge()
      return arming
    },

    inForce: arming =>
      Object.fromEntries(directory.segments().map(({ name }) => [name, isArmed(name, arming, directory)])),

    async segments() {
      const hosts = directory.segments().flatMap(segment => segment.hosts)
      const [targets, arming, summary, covered] = await Promise.all([
        store.targets(),
        store.arming(),
        store.recoveries({ state: 'open', limit: 500 }),
        coverage?.of(hosts)
      ])
      const open = new Map(summary.items.map(({ recovery }) => [recovery.host, recovery.id]))
      return directory.segments().map(segment =>
        viewOf(segment, {
          armed: isArmed(segment.name, arming, directory),
          reading: directory.error() === undefined ? directory.reading() : undefined,
          error: directory.error() ?? 'they have not been read yet',
          targets,
          open,
          coverage: covered,
          rehearsed: agentsAsked(segment).length === 0 ? undefined : rehearsal?.of(segment)
        })
      )
    }
  }
}

/** Continues with the servers that have not moved. */
async function successorOf({ store, clock }: Ports, partial: Recovery): Promise<Recovery> {
  const moves = movesOf(partial, await store.steps(partial.id))
  const unmoved = moves.filter(({ state }) => state === 'failed' || state === 'stays').map(({ server }) => server)
  return continueRecovery(newId(), partial, new Set(unmoved), clock.now())
}
