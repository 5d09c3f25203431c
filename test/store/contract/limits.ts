import { expect, test } from '@jest/globals'
import { driven, ended, type MakeBed, partial, withStore } from './bed.ts'

export function limitsContract(makeBed: MakeBed): void {
  test(
    'a target is for one recovery',
    withStore(makeBed, async store => {
      const one = await driven(store, 'compute-01')
      const two = await driven(store, 'compute-02')
      const got = await Promise.all([
        store.reserveTarget(one.lease, 'spare-1'),
        store.reserveTarget(two.lease, 'spare-1')
      ])
      expect(got.filter(Boolean)).toHaveLength(1)
      const winner = got[0] ? one : two
      expect(await store.reserveTarget(winner.lease, 'spare-1')).toBe(true)
      expect(await store.targets()).toEqual({ 'spare-1': winner.lease.recovery })
    })
  )

  test(
    'a host with an open recovery of its own is no target, but one that was taken before stays ours',
    withStore(makeBed, async store => {
      const one = await driven(store, 'compute-01')
      await store.reserveTarget(one.lease, 'spare-1')
      const two = await driven(store, 'compute-02')
      const spare = await driven(store, 'spare-1')
      expect(await store.openHosts()).toEqual({
        'compute-01': one.lease.recovery,
        'compute-02': two.lease.recovery,
        'spare-1': spare.lease.recovery
      })
      expect(await store.reserveTarget(one.lease, 'compute-02')).toBe(false)
      expect(await store.reserveTarget(one.lease, 'spare-1')).toBe(true)
      await store.write(two.lease, { recovery: { ...two.stored.recovery, phase: ended } })
      expect(Object.keys(await store.openHosts())).toEqual(['compute-01', 'spare-1'])
      expect(await store.reserveTarget(one.lease, 'compute-02')).toBe(true)
    })
  )

  test(
    'a target that is given back is free for others, but nobody gives back what is not his',
    withStore(makeBed, async store => {
      const one = await driven(store, 'compute-01')
      const two = await driven(store, 'compute-02')
      await store.reserveTarget(one.lease, 'spare-1')
      await store.write(two.lease, { release: ['spare-1'] })
      expect(await store.reserveTarget(two.lease, 'spare-1')).toBe(false)
      await store.write(one.lease, { release: ['spare-1', 'never-held'] })
      expect(await store.targets()).toEqual({})
      expect(await store.reserveTarget(two.lease, 'spare-1')).toBe(true)
    })
  )

  test(
    'at the end untouched targets are free, an ordinary host that took servers too; spares that were touched stay used',
    withStore(makeBed, async (store, bed) => {
      const { lease, stored } = await driven(store, 'compute-01')
      const targets = {
        untouched: { state: 'reserved', isSpare: true },
        spare: { state: 'prepared', isSpare: true },
        ordinary: { state: 'prepared', isSpare: false },
        failed: { state: 'failed', isSpare: false },
        lost: { state: 'lost', isSpare: true }
      } as const
      for (const host of [...Object.keys(targets), 'unmentioned']) await store.reserveTarget(lease, host)
      await store.write(lease, { recovery: { ...stored.recovery, targets, phase: ended } })
      expect(Object.keys(await store.targets())).toEqual(['failed', 'lost', 'spare'])
      const next = await driven(store, 'compute-02')
      expect(await store.reserveTarget(next.lease, 'spare')).toBe(false)
      expect(await store.reserveTarget(next.lease, 'untouched')).toBe(true)
      const before = await store.now()
      await bed.pass(1000)
      const now = await store.now()
      expect(await store.freeTarget('untouched', now)).toBe(false)
      // Who saw it before it was used knows nothing of what it is now.
      expect(await store.freeTarget('spare', before)).toBe(false)
      expect(await store.freeTarget('spare', now)).toBe(true)
      expect(await store.freeTarget('unheard-of', now)).toBe(true)
      expect(await store.reserveTarget(next.lease, 'spare')).toBe(true)
    })
  )

  test(
    'places of a pool are limited over all recoveries, and come back one by one or at the end',
    withStore(makeBed, async store => {
      const one = await driven(store, 'compute-01')
      const two = await driven(store, 'compute-02')
      const asked = ['a', 'b', 'c', 'd'].map((server, index) => ({ server, by: index % 2 ? two : one }))
      const took = await Promise.all(asked.map(({ server, by }) => store.takeSlot(by.lease, 'moves', 3, server)))
      expect(took.filter(Boolean)).toHaveLength(3)
      const got = (who: typeof one) =>
        asked.flatMap(({ server, by }, index) => (by === who && took[index] ? server : []))
      const [mine = '', ...more] = got(one)
      expect(await store.takeSlot(one.lease, 'moves', 3, mine)).toBe(true)
      expect(await store.takeSlot(one.lease, 'other', 1, 'x')).toBe(true)
      await store.keepSlots(two.lease, got(two))
      expect(await store.takeSlot(two.lease, 'moves', 3, 'e')).toBe(false)
      await store.keepSlots(one.lease, [...more, 'x'])
      expect(await store.takeSlot(two.lease, 'moves', 3, 'e')).toBe(true)
      await store.write(one.lease, { recovery: { ...one.stored.recovery, phase: partial } })
      expect(await store.takeSlot(two.lease, 'other', 1, 'f')).toBe(true)
      // Of the four who asked at once it may be one of either that got no place; then this one gave its only place back before.
      expect(await store.takeSlot(two.lease, 'moves', 3, 'f')).toBe(more.length > 0)
    })
  )

  test(
    'a pool that was made smaller fills no place before enough are free',
    withStore(makeBed, async store => {
      const { lease } = await driven(store, 'compute-01')
      for (const server of ['a', 'b', 'c']) await store.takeSlot(lease, 'moves', 3, server)
      await store.keepSlots(lease, ['b', 'c'])
      expect(await store.takeSlot(lease, 'moves', 2, 'd')).toBe(false)
      expect(await store.takeSlot(lease, 'moves', 3, 'd')).toBe(true)
    })
  )

  test(
    'only so many recoveries may begin to act in a window, per segment and in all',
    withStore(makeBed, async (store, bed) => {
      const limits = { windowMs: 3_600_000, segmentMax: 1, cloudMax: 2 }
      const one = await driven(store, 'compute-01')
      const two = await driven(store, 'compute-02')
      const three = await driven(store, 'compute-11', { segment: 'rack-b' })
      const four = await driven(store, 'compute-21', { segment: 'rack-c' })
      const both = await Promise.all([store.admit(one.lease, limits), store.admit(two.lease, limits)])
      expect(both.filter(answer => answer.admitted)).toHaveLength(1)
      expect(both.find(answer => !answer.admitted)).toMatchObject({
        acted: [{ segment: 'rack-a', actedAtMs: expect.any(Number) }]
      })
      const [winner, loser] = both[0].admitted ? [one, two] : [two, one]
      expect(await store.admit(winner.lease, limits)).toMatchObject({ admitted: true })
      expect(await store.admit(three.lease, limits)).toMatchObject({ admitted: true })
      expect(await store.admit(four.lease, limits)).toMatchObject({
        admitted: false,
        // They may have acted within the same millisecond.
        acted: expect.arrayContaining(
          [winner, three].map(({ lease }) => expect.objectContaining({ recovery: lease.recovery }))
        )
      })
      await store.write(winner.lease, { recovery: { ...winner.stored.recovery, phase: ended } })
      expect((await store.admit(loser.lease, limits)).admitted).toBe(false)
      await bed.pass(3_600_000)
      expect((await store.admit(loser.lease, limits)).admitted).toBe(true)
    })
  )

  test(
    'the last place is given once, also to those who asked for it in vain before',
    withStore(makeBed, async (store, bed) => {
      const limits = { windowMs: 3_600_000, segmentMax: 1, cloudMax: 1 }
      for (let round = 0; round < 10; round++) {
        const one = await driven(store, `compute-${round}-1`)
        const two = await driven(store, `compute-${round}-2`)
        expect((await store.admit(one.lease, { ...limits, segmentMax: 0 })).admitted).toBe(false)
        const both = await Promise.all([store.admit(one.lease, limits), store.admit(two.lease, limits)])
        expect(both.filter(answer => answer.admitted)).toHaveLength(1)
        await bed.pass(3_600_000)
      }
    })
  )

  test(
    'the recoveries of a failure domain are counted over segments, and it is said when they acted',
    withStore(makeBed, async (store, bed) => {
      const domains = [{ name: 'rack=r1', hosts: ['compute-01', 'compute-02'], max: 1 }]
      const limits = { windowMs: 3_600_000, segmentMax: 10, cloudMax: 10, domains }
      const one = await driven(store, 'compute-01')
      const two = await driven(store, 'compute-02', { segment: 'rack-b' })
      const three = await driven(store, 'compute-03')
      expect(await store.admit(one.lease, limits)).toMatchObject({ admitted: true })
      const refused = await store.admit(two.lease, limits)
      expect(refused).toMatchObject({ admitted: false, acted: [{ host: 'compute-01' }] })
      expect(Math.abs((refused.acted[0]?.actedAtMs ?? 0) - (await store.now()))).toBeLessThan(5000)
      expect(await store.admit(three.lease, { ...limits, domains: [] })).toMatchObject({ admitted: true })
      await bed.pass(3_600_000)
      expect(await store.admit(two.lease, limits)).toMatchObject({ admitted: true })
    })
  )

  test(
    'who has no limit is counted all the same',
    withStore(makeBed, async store => {
      const none = Number.POSITIVE_INFINITY
      const one = await driven(store, 'compute-01')
      const two = await driven(store, 'compute-02')
      expect(await store.admit(one.lease, { windowMs: 3_600_000, segmentMax: none, cloudMax: none })).toMatchObject({
        admitted: true
      })
      expect((await store.admit(two.lease, { windowMs: 3_600_000, segmentMax: 1, cloudMax: 9 })).admitted).toBe(false)
    })
  )

  test(
    'a sighting goes on while it is repeated, and begins anew after a gap',
    withStore(makeBed, async (store, bed) => {
      const since = async () => (await store.sightings())['storm:rack-a']
      expect(await store.sightings()).toEqual({})
      await store.sight('storm:rack-a', 60_000)
      const first = await since()
      expect(first?.seenAtMs).toBe(first?.sinceMs)
      await bed.pass(50_000)
      await store.sight('storm:rack-a', 60_000)
      await store.sight('watch', 60_000)
      const second = await since()
      expect(second?.sinceMs).toBe(first?.sinceMs)
      expect(second!.seenAtMs - first!.seenAtMs).toBeGreaterThanOrEqual(50_000)
      await bed.pass(70_000)
      await store.sight('storm:rack-a', 60_000)
      const third = await since()
      expect(third?.sinceMs).toBe(third?.seenAtMs)
      expect(third!.sinceMs - first!.sinceMs).toBeGreaterThanOrEqual(120_000)
    })
  )

  test(
    'the failures of a host are its recoveries that isolated it, each once, within the time',
    withStore(makeBed, async store => {
      const isolated = async (host: string, atMs: number, continues?: string) => {
        const { lease, stored } = await driven(store, host, continues === undefined ? {} : { continues })
        const isolation = { disabledByUs: true, forcedDownByUs: true, reason: 'ours', atMs, novaAtMs: atMs }
        await store.write(lease, { recovery: { ...stored.recovery, isolation, phase: ended } })
        return stored.recovery.id
      }
      const first = await isolated('compute-01', 1000)
      await isolated('compute-01', 1000, first)
      await isolated('compute-01', 5000)
      await isolated('compute-02', 5000)
      const { lease, stored } = await driven(store, 'compute-01')
      await store.write(lease, { recovery: { ...stored.recovery, phase: ended } })
      expect(await store.failuresOf('compute-01', 0, 9000)).toBe(2)
      expect(await store.failuresOf('compute-01', 1001, 9000)).toBe(1)
      expect(await store.failuresOf('compute-01', 0, 4999)).toBe(1)
      expect(await store.failuresOf('compute-03', 0, 9000)).toBe(0)
    })
  )

  test(
    'what has acted in the window is read without taking a place, and one that has acted finds itself later, too',
    withStore(makeBed, async (store, bed) => {
      const limits = { windowMs: 3_600_000, segmentMax: 9, cloudMax: 9 }
      const one = await driven(store, 'compute-01')
      const two = await driven(store, 'compute-02')
      const lost = await driven(store, 'spare-1', { origin: 'target' })
      const [first, second] = [one.lease.recovery, two.lease.recovery]
      expect(await store.acted(first, 3_600_000)).toEqual([])
      for (const { lease } of [one, lost]) await store.admit(lease, limits)
      const seen = await store.acted(second, 3_600_000)
      expect(seen).toEqual([{ recovery: first, host: 'compute-01', segment: 'rack-a', actedAtMs: expect.any(Number) }])
      await bed.pass(3_600_000)
      expect(await store.acted(second, 3_600_000)).toEqual([])
      expect(await store.acted(first, 3_600_000)).toEqual(
        seen.map(each => ({ ...each, actedAtMs: expect.any(Number) }))
      )
    })
  )

  test(
    'the recovery of a lost target neither counts nor waits',
    withStore(makeBed, async store => {
      const limits = { windowMs: 3_600_000, segmentMax: 1, cloudMax: 1 }
      const lost = await driven(store, 'spare-1', { origin: 'target' })
      const one = await driven(store, 'compute-01')
      const other = await driven(store, 'spare-2', { origin: 'target' })
      for (const { lease } of [lost, one, other])
        expect(await store.admit(lease, limits)).toMatchObject({ admitted: true })
    })
  )
}
