import { expect, test } from '@jest/globals'
import { claim, driven, type MakeBed } from './bed.ts'

export function reopeningContract(makeBed: MakeBed): void {
  test('what was written is there after the store was closed and opened again', async () => {
    const bed = await makeBed()
    try {
      const before = await bed.open()
      const { lease, stored } = await driven(before, 'compute-01')
      await before.reserveTarget(lease, 'spare-1')
      const step = { kind: 'isolate', target: 'compute-01', attempt: 1, state: 'sending', intentAtMs: 1 } as const
      await before.write(lease, { steps: [step], notify: [{ type: 'held', data: 1 }] })
      await before.setArming({ armed: true }, 'alice', 'go')
      const way = { host: 'compute-01', agent: 'bmc', way: 'w' }
      await before.disbelieve(way, 'replica-1', 5)
      await before.ping()
      await before.release(lease)
      await before.close()
      await before.close()
      await expect(before.ping()).rejects.toMatchObject({ name: 'StoreUnavailable' })
      const after = await bed.open()
      expect((await after.openRecoveryOf('compute-01'))?.recovery).toEqual(stored.recovery)
      expect(await after.steps(lease.recovery)).toEqual([step])
      expect(await after.targets()).toEqual({ 'spare-1': lease.recovery })
      expect(await after.outbox(5)).toHaveLength(1)
      expect(await after.arming()).toMatchObject({ armed: true })
      expect(await after.disbeliefs()).toEqual([{ ...way, sinceMs: 5, saidAtMs: 5 }])
      const [again] = await claim(after, 'replica-2', 1000, 5)
      expect(again?.lease.epoch).toBe(lease.epoch + 1)
      await after.close()
    } finally {
      await bed.dispose()
    }
  })

  test('what was asked for before closing is done before it is closed', async () => {
    const bed = await makeBed()
    try {
      const store = await bed.open()
      const pings = [1, 2, 3].map(() => store.ping())
      await store.close()
      await Promise.all(pings)
    } finally {
      await bed.dispose()
    }
  })
}
