import { expect, test } from '@jest/globals'
import { StoreUnavailable } from '../../src/errors.ts'
import type { Transactions } from '../../src/store/database/transactions.ts'
import { createLeases } from '../../src/store/recoveries/leases.ts'

/** Transactions of which each answers, or fails with, the next of `results`. */
function transactions(candidates: readonly object[], results: unknown[]): Transactions {
  const next = async () => {
    const result = results.shift()
    if (result instanceof Error) throw result
    return result
  }
  return { read: async () => candidates, write: next } as unknown as Transactions
}

const away = new StoreUnavailable('the store is away')
const both = [
  { id: 'r1', epoch: 0, owner: null, lease_until: 0 },
  { id: 'r2', epoch: 0, owner: null, lease_until: 0 }
]

test('what was claimed before the store failed is driven all the same', async () => {
  const first = { lease: { recovery: 'r1' } }
  const { claim } = createLeases(transactions(both, [first, away]))
  expect(await claim('replica', 8000, 10, [])).toEqual([first])
})

test('a claim that got nothing says why', async () => {
  const { claim } = createLeases(transactions(both, [undefined, away]))
  await expect(claim('replica', 8000, 10, [])).rejects.toBe(away)
})
