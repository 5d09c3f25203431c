import type { HostsReading, Migration } from '../../../core/inventory.ts'
import { isComplete } from '../../../core/inventory.ts'
import type { Context } from '../../recovery/context.ts'

/** Nova's records of moves away from the failed host, newest first. */
export interface MigrationsRead {
  readonly reading: HostsReading
  readonly migrations: readonly Migration[]
  /** What the list does not name does not exist: Nova leaves out silently what is in a cell that it can't reach. */
  readonly isWhole: boolean
}

/** A list counts only between two readings of the services; `twice` is for whoever draws a conclusion from what it lacks. */
export async function readMigrations({ ports, recovery, signal }: Context, twice: boolean): Promise<MigrationsRead> {
  const reading = await ports.cloud.hosts(signal)
  const migrations = await ports.cloud.migrationsFrom(recovery.host, signal)
  const isWhole = isComplete(reading) && (!twice || isComplete(await ports.cloud.hosts(signal)))
  return { reading, migrations, isWhole }
}
