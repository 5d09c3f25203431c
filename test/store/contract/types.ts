import type { Store } from '../../../src/controller/ports/ports.ts'

export type { Disposition, Lease, NewSignal, Store } from '../../../src/controller/ports/ports.ts'
export type Claimed = Awaited<ReturnType<Store['claim']>>[number]
