import type { Cloud, Log } from '../../src/controller/ports/ports.ts'
import type { Directory, DirectoryOptions, SegmentConfig } from '../../src/controller/service/directory.ts'
import { createDirectory } from '../../src/controller/service/directory.ts'
import type { Aggregate, HostsReading } from '../../src/core/inventory.ts'
import { segmentOf } from '../core/builders.ts'

/** What the cloud shows now; a test changes it as the world would. */
export interface View {
  reading: HostsReading | undefined
  aggregates: Aggregate[]
  /** Calls so far. */
  readonly calls: string[]
}

export function viewOf(reading?: HostsReading, aggregates: Aggregate[] = []): View {
  return { reading, aggregates, calls: [] }
}

/** The two reads that intake and directory use; anything else is a mistake, and fails as one. */
export function cloudOf(view: View): Cloud {
  const reads: Pick<Cloud, 'hosts' | 'aggregates'> = {
    async hosts() {
      view.calls.push('hosts')
      if (view.reading === undefined) throw new Error('503')
      return view.reading
    },
    async aggregates() {
      view.calls.push('aggregates')
      return view.aggregates
    }
  }
  return reads as Cloud
}

export interface Lines extends Log {
  readonly said: string[]
}

export function logOf(): Lines {
  const said: string[] = []
  const say = (_: object, message: string): void => {
    said.push(message)
  }
  return { said, info: say, warn: say, error: say }
}

export function configOf(changes: Partial<SegmentConfig> = {}): SegmentConfig {
  const { hosts, spares, ...rest } = segmentOf()
  return { ...rest, hosts: { names: hosts }, spares: { names: spares }, ...changes }
}

export function directoryOf(
  view: View,
  configured: readonly SegmentConfig[],
  log: Log = logOf(),
  more: Partial<Pick<DirectoryOptions, 'guards' | 'domain'>> = {}
): Directory {
  return createDirectory(configured, cloudOf(view), {
    armed: false,
    recoveriesPerHour: 3,
    movesInFlight: 16,
    approvalMinutes: 60,
    guards: { bmcNetwork: true, siteStartMs: 0, otherTools: ['masakari', 'instanceha'] },
    ...more,
    log
  })
}
