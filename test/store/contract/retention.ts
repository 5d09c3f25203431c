import { expect, test } from '@jest/globals'
import { alarmFor, driven, ended, type MakeBed, opens, partial, recoveryOf, withStore } from './bed.ts'

const keep = { signalsMs: 1000, recoveriesMs: 5000 }
const step = { kind: 'isolate', target: 'h', attempt: 1, state: 'done', intentAtMs: 1 } as const

export function retentionContract(makeBed: MakeBed): void {
  test(
    'old signals go, but not those of an open recovery',
    withStore(makeBed, async (store, bed) => {
      const { lease } = await driven(store, 'compute-01')
      const noted = await store.receive(alarmFor('compute-02'), { outcome: 'noted', because: '' })
      await bed.pass(1001)
      const young = await store.receive(alarmFor('compute-02'), { outcome: 'noted', because: '' })
      expect(await store.retain(keep)).toBe(1)
      expect(await store.signal(noted.signal)).toBeUndefined()
      expect(await store.signal(young.signal)).toBeDefined()
      expect(await store.signalsOf(lease.recovery)).toHaveLength(1)
    })
  )

  test(
    'recoveries go with all that is theirs when they have been closed for long enough; open ones stay',
    withStore(makeBed, async (store, bed) => {
      const open = await driven(store, 'open')
      const { lease, stored } = await driven(store, 'closed')
      await store.command({ recovery: lease.recovery, kind: 'approve', actor: 'a', reason: 'r', version: 1 })
      await store.takeSlot(lease, 'moves', 1, 'server')
      await store.reserveTarget(lease, 'spare-1')
      await store.write(lease, { recovery: { ...stored.recovery, phase: ended }, steps: [step] })
      await bed.pass(5000)
      await store.retain(keep)
      expect(await store.recovery(lease.recovery)).toBeDefined()
      await bed.pass(1)
      expect(await store.retain(keep)).toBeGreaterThan(0)
      expect(await store.recovery(lease.recovery)).toBeUndefined()
      expect(await store.events(lease.recovery)).toEqual([])
      expect(await store.steps(lease.recovery)).toEqual([])
      expect((await store.recovery(open.lease.recovery))?.recovery).toEqual(open.stored.recovery)
      expect(await store.retain(keep)).toBe(0)
    })
  )

  test(
    'what is still referred to stays: a standing isolation, a used target, the one that another continues',
    withStore(makeBed, async (store, bed) => {
      const isolated = await driven(store, 'isolated')
      const isolation = { disabledByUs: true, forcedDownByUs: true, reason: 'ours', atMs: 1, novaAtMs: 1 }
      await store.write(isolated.lease, { recovery: { ...isolated.stored.recovery, isolation, phase: ended } })
      const target = await driven(store, 'target')
      await store.reserveTarget(target.lease, 'spare-1')
      const targets = { 'spare-1': { state: 'prepared', isSpare: true } } as const
      await store.write(target.lease, { recovery: { ...target.stored.recovery, targets, phase: ended } })
      const first = await driven(store, 'continued')
      await store.write(first.lease, { recovery: { ...first.stored.recovery, phase: partial } })
      const retry = { recovery: first.lease.recovery, kind: 'retry', actor: 'a', reason: 'r', version: 2 } as const
      await store.command(retry, recoveryOf('continued', { continues: first.lease.recovery }))
      await bed.pass(60_000)
      await store.retain(keep)
      for (const { lease } of [isolated, target, first]) expect(await store.recovery(lease.recovery)).toBeDefined()
      await store.liftIsolation(isolated.lease.recovery)
      await store.freeTarget('spare-1', await store.now())
      await store.retain(keep)
      for (const { lease } of [isolated, target]) expect(await store.recovery(lease.recovery)).toBeUndefined()
    })
  )

  test(
    'a large sweep goes through to its end',
    withStore(makeBed, async (store, bed) => {
      for (let number = 0; number < 450; number++) await store.receive(alarmFor('x'), { outcome: 'noted', because: '' })
      await store.receive(alarmFor('y'), opens(recoveryOf('y')))
      await bed.pass(1001)
      expect(await store.retain(keep)).toBe(450)
    })
  )
}
