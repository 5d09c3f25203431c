import { findHost } from '../../core/inventory.ts'
import type { Recovery } from '../../core/recovery.ts'
import type { RecoveryEvent } from '../../core/recovery-event.ts'
import { returnOf } from '../../core/reports.ts'
import type { Drawn } from '../planning/planning.ts'

/** Before its fence: what follows when Nova sees the host up, on whose death the plan rests. */
export function returned(recovery: Recovery, { reading }: Pick<Drawn, 'reading'>): RecoveryEvent | undefined {
  const { host, evidence, settings } = recovery
  switch (returnOf(findHost(reading, host), evidence, reading.atMs, settings.confirm.downMs)) {
    case 'gone':
      return undefined
    case 'back':
      return { type: 'foundHealthy', because: `Nova sees ${host} up again` }
    case 'reported':
      return {
        type: 'stopped',
        hold: {
          code: 'unconfirmed',
          reason: `${host} has a new report since it was taken to be off: it is looked at again`,
          releasedBy: 'world'
        },
        release: Object.keys(recovery.targets)
      }
  }
}
