import type { Migration, Server } from './inventory.ts'
import type { Step } from './step.ts'

/** What Nova's records of evacuations and migrations tell, and which of them nobody will take up any more. */
export type Fate =
  | { readonly is: 'unknown' }
  /** `ended`: one beside it has ended. If nobody works at the server any more, this one was never taken up, nor will be. */
  | { readonly is: 'running'; readonly migration: Migration; readonly ended?: Migration }
  | { readonly is: 'done'; readonly migration: Migration }
  | { readonly is: 'failed'; readonly migration: Migration; readonly reached: boolean }

/**
 * What Nova's records say of one attempt. Ours is the newest one of the server that is younger than the attempt; but what
 * Nova takes up is the oldest that is still accepted, and then that one tells.
 */
export function fateOf(step: Step, migrations: readonly Migration[]): Fate {
  const records = evacuationsOf(step.target, migrations)
  const [ours, ...others] = records.filter(one => one.id > (step.afterMigration ?? 0)).toSorted((a, b) => b.id - a.id)
  if (ours === undefined) return { is: 'unknown' }
  const taken = records.find(one => one.id === step.takesMigration)
  const fate = taken && endOf(taken)
  if (fate !== undefined) return fate
  const [ended] = endedBeside(ours, others)
  return { ...fateByRecord(ours), ...(ended === undefined ? {} : { ended }) }
}

/** What an ended record tells; undefined while it is under way. */
export function endOf(migration: Migration): Exclude<Fate, { is: 'unknown' | 'running' }> | undefined {
  const fate = fateByRecord(migration)
  return fate.is === 'running' ? undefined : fate
}

function fateByRecord(migration: Migration): Exclude<Fate, { is: 'unknown' }> {
  switch (migration.status) {
    case 'done':
    case 'completed':
      return { is: 'done', migration }
    // The scheduler refused: no target ever heard of it.
    case 'error':
      return { is: 'failed', migration, reached: false }
    case 'failed':
    case 'cancelled':
      return { is: 'failed', migration, reached: true }
    default:
      return { is: 'running', migration }
  }
}

/**
 * Of several evacuations of one server at once Nova takes up one, and the others read `accepted` for ever (seen with Nova 31,
 * 2025.1). Those of `records` that ended since such a one was made; none of a record that Nova has taken up.
 */
function endedBeside(one: Migration, records: readonly Migration[]): Migration[] {
  if (one.status !== 'accepted') return []
  return evacuationsOf(one.server, records).filter(
    other => endOf(other) !== undefined && (other.updatedAtMs ?? 0) >= one.createdAtMs
  )
}

/** Evacuations that somebody still works on. One whose server was moved by another is over, whatever it reads. */
export function runningEvacuations(migrations: readonly Migration[]): Migration[] {
  return migrations.filter(
    one =>
      one.type === 'evacuation' &&
      isRunning(one) &&
      !endedBeside(one, migrations).some(other => endOf(other)?.is === 'done')
  )
}

/** One that waits for a server at which nobody works, since the other one failed at the same target: Nova takes it up with the next. */
export function isForgotten(
  one: Migration,
  migrations: readonly Migration[],
  target: string,
  server: Server | undefined
): boolean {
  return (
    one.dest === target &&
    server?.taskState === undefined &&
    endedBeside(one, migrations).some(other => other.status === 'failed' && other.dest === target)
  )
}

/** The evacuation of the server that Nova takes up next, if an older one than the next still waits. */
export function oldestAccepted(server: string, migrations: readonly Migration[]): number | undefined {
  const waiting = evacuationsOf(server, migrations).filter(one => one.status === 'accepted')
  return waiting.length === 0 ? undefined : Math.min(...waiting.map(one => one.id))
}

/** The newest evacuation record of a server, 0 when there is none. */
export function newestEvacuation(server: string, migrations: readonly Migration[]): number {
  return Math.max(0, ...evacuationsOf(server, migrations).map(one => one.id))
}

function evacuationsOf(server: string, migrations: readonly Migration[]): Migration[] {
  return migrations.filter(one => one.type === 'evacuation' && one.server === server)
}

const ended = ['done', 'completed', 'failed', 'error', 'cancelled', 'confirmed', 'reverted']

/** A record of any kind; a word that we do not know is still running. */
export function isRunning(migration: Migration): boolean {
  return !ended.includes(migration.status)
}

const notBegun = ['queued', 'accepted', 'preparing']

/**
 * A live migration that had begun: the guest may already run on the other host though Nova still names the source.
 * undefined when there is none.
 */
export function begunMigrationOf(server: string, migrations: readonly Migration[]): Migration | undefined {
  return migrations.find(
    one => one.server === server && one.type === 'live-migration' && isRunning(one) && !notBegun.includes(one.status)
  )
}
