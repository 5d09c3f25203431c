import { expect, test } from '@jest/globals'
import { type MakeBed, withStore } from './bed.ts'

const way = { host: 'compute-01', agent: 'bmc', way: 'by bmc-01.example' }
const atMs = 1_800_000_000_000
const hourMs = 3_600_000

export function disbeliefsContract(makeBed: MakeBed): void {
  test(
    'who is not believed of a host is known since when, and when it was last heard; others are believed',
    withStore(makeBed, async store => {
      expect(await store.disbeliefs()).toEqual([])
      await store.disbelieve(way, 'replica-1', atMs)
      await store.disbelieve(way, 'replica-2', atMs + hourMs)
      const one = { ...way, sinceMs: atMs, saidAtMs: atMs + hourMs }
      expect(await store.disbeliefs()).toEqual([one])
      const others = [
        { ...way, host: 'compute-02' },
        { ...way, way: 'by bmc-02.example' },
        { ...way, agent: 'other' }
      ]
      for (const other of others) await store.disbelieve(other, 'replica-1', atMs)
      expect(await store.disbeliefs('compute-02')).toEqual([{ ...others[0], sinceMs: atMs, saidAtMs: atMs }])
      expect(await store.disbeliefs('compute-01')).toHaveLength(3)
      expect(await store.disbeliefs('compute-03')).toEqual([])
      for (const other of others) expect(await store.believe(other, 'replica-1', atMs, 0)).toBe(true)
      expect(await store.disbeliefs()).toEqual([one])
    })
  )

  test(
    'many who hear the same at once write it once',
    withStore(makeBed, async store => {
      const all = Array.from({ length: 5 }, (_, index) => store.disbelieve(way, `replica-${index}`, atMs + index))
      await Promise.all(all)
      expect(await store.disbeliefs()).toMatchObject([{ ...way, saidAtMs: atMs + 4 }])
    })
  )

  test(
    'whoever heard it last may end it, another one only when nobody has heard it for long enough',
    withStore(makeBed, async store => {
      await store.disbelieve(way, 'replica-1', atMs)
      expect(await store.believe(way, 'replica-2', atMs + hourMs, hourMs)).toBe(false)
      expect(await store.disbeliefs()).toHaveLength(1)
      expect(await store.believe(way, 'replica-2', atMs + hourMs + 1, hourMs)).toBe(true)
      expect(await store.disbeliefs()).toEqual([])
      expect(await store.believe(way, 'replica-2', atMs + hourMs + 1, hourMs)).toBe(false)

      await store.disbelieve(way, 'replica-1', atMs)
      await store.disbelieve(way, 'replica-2', atMs + 1)
      expect(await store.believe(way, 'replica-1', atMs + 2, hourMs)).toBe(false)
      expect(await store.believe(way, 'replica-2', atMs + 2, hourMs)).toBe(true)
    })
  )

  test(
    'what is written late counts by when it was heard',
    withStore(makeBed, async store => {
      await store.disbelieve(way, 'replica-1', atMs)
      expect(await store.believe(way, 'replica-1', atMs - 1, hourMs)).toBe(false)
      expect(await store.believe(way, 'replica-2', atMs - 1, hourMs)).toBe(false)
      await store.disbelieve(way, 'replica-2', atMs - 1)
      expect(await store.disbeliefs()).toMatchObject([{ saidAtMs: atMs }])
      expect(await store.believe(way, 'replica-1', atMs, hourMs)).toBe(true)
    })
  )

  test(
    'what was heard by a clock that was years ahead does not stand for years',
    withStore(makeBed, async store => {
      await store.disbelieve(way, 'replica-1', atMs + 9000 * hourMs)
      expect(await store.believe(way, 'replica-1', atMs, hourMs)).toBe(true)
      expect(await store.disbeliefs()).toEqual([])
    })
  )
}
