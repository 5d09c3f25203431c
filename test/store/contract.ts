import { describe } from '@jest/globals'
import type { MakeBed } from './contract/bed.ts'
import { disbeliefsContract } from './contract/disbeliefs.ts'
import { intakeContract } from './contract/intake.ts'
import { leasesContract } from './contract/leases.ts'
import { limitsContract } from './contract/limits.ts'
import { operatorsContract } from './contract/operators.ts'
import { reopeningContract } from './contract/reopening.ts'
import { retentionContract } from './contract/retention.ts'
import { writesContract } from './contract/writes.ts'

/** What every store must do, whatever database is behind it. */
export function storeContract(name: string, makeBed: MakeBed): void {
  describe(name, () => {
    describe('intake', () => intakeContract(makeBed))
    describe('leases and duties', () => leasesContract(makeBed))
    describe('writes', () => writesContract(makeBed))
    describe('targets, places, admission', () => limitsContract(makeBed))
    describe('operators', () => operatorsContract(makeBed))
    describe('disbeliefs', () => disbeliefsContract(makeBed))
    describe('retention', () => retentionContract(makeBed))
    describe('reopening', () => reopeningContract(makeBed))
  })
}
