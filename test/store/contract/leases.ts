import { expect, test } from '@jest/globals'
import { alarmFor, claim, driven, ended, type MakeBed, opens, recoveryOf, withStore } from './bed.ts'

export function leasesContract(makeBed: MakeBed): void {
  test(
    'of two claimers one wins',
    withStore(makeBed, async store => {
      for (const host of ['a', 'b', 'c']) await store.receive(alarmFor(host), opens(recoveryOf(host)))
      const claims = await Promise.all(['one', 'two', 'three'].map(owner => claim(store, owner, 5000, 10)))
      const won = claims.flat().map(({ lease }) => lease.recovery)
      expect(won).toHaveLength(3)
      expect(new Set(won).size).toBe(3)
    })
  )

  test(
    'a claim takes at most as many as it may, the oldest first, and none that is driven or closed',
    withStore(makeBed, async (store, bed) => {
      const { lease, stored } = await driven(store, 'closed')
      await store.write(lease, { recovery: { ...stored.recovery, phase: ended } })
      for (const host of ['a', 'b']) {
        await store.receive(alarmFor(host), opens(recoveryOf(host)))
        await bed.pass(1)
      }
      const first = await claim(store, 'one', 5000, 1)
      expect(first.map(({ stored }) => [stored.recovery.host, stored.owner, stored.version])).toEqual([['a', 'one', 1]])
      expect((await claim(store, 'two', 5000, 5)).map(({ stored }) => stored.recovery.host)).toEqual(['b'])
      expect(await claim(store, 'three', 5000, 5)).toEqual([])
    })
  )

  test(
    'a lease that ran out is taken over, and the old one can do nothing any more',
    withStore(makeBed, async (store, bed) => {
      const { lease, stored } = await driven(store, 'compute-01')
      await bed.pass(10_001)
      const [taken] = await claim(store, 'replica-2', 10_000, 5)
      expect(taken?.lease).toEqual({ recovery: lease.recovery, owner: 'replica-2', epoch: lease.epoch + 1 })
      const change = {
        recovery: { ...stored.recovery, phase: ended },
        events: [{ kind: 'note', actor: 'x', text: 'x' }],
        steps: [{ kind: 'isolate', target: 'compute-01', attempt: 1, state: 'sending', intentAtMs: 1 } as const],
        notify: [{ type: 'ended', data: {} }]
      }
      const refused = [
        store.write(lease, change),
        store.renew(lease, 10_000),
        store.release(lease),
        store.reserveTarget(lease, 'spare-1'),
        store.takeSlot(lease, 'moves', 1, 'server-1'),
        store.keepSlots(lease, ['server-1']),
        store.admit(lease, { windowMs: 1000, segmentMax: 1, cloudMax: 1 })
      ]
      for (const result of await Promise.allSettled(refused)) {
        expect(result).toMatchObject({ status: 'rejected', reason: { name: 'LeaseLost' } })
      }
      // Only that it was opened, and taken over.
      expect(await store.events(lease.recovery)).toHaveLength(2)
      expect(await store.steps(lease.recovery)).toEqual([])
      expect(await store.outbox(5)).toEqual([])
      expect(await store.targets()).toEqual({})
      expect(await store.recovery(lease.recovery)).toMatchObject({ version: 1, owner: 'replica-2' })
    })
  )

  test(
    'a lease that is over is taken only by one who has watched it as it is',
    withStore(makeBed, async (store, bed) => {
      const { lease } = await driven(store, 'compute-01')
      const [seen] = await store.leases()
      expect(seen).toMatchObject({ ...lease, ttlMs: 10_000 })
      await bed.pass(1)
      await store.renew(lease, 10_000)
      const [renewed] = await store.leases()
      expect(renewed?.untilMs).toBe(seen!.untilMs + 1)
      expect(await store.claim('replica-2', 10_000, 5, [renewed!])).toEqual([])
      await bed.pass(10_001)
      for (const lapsed of [[], [seen!], [{ ...renewed!, epoch: 7 }], [{ ...renewed!, owner: 'nobody' }]])
        expect(await store.claim('replica-2', 10_000, 5, lapsed)).toEqual([])
      const [taken] = await store.claim('replica-2', 10_000, 5, [renewed!])
      expect(taken?.from).toBe(lease.owner)
    })
  )

  test(
    'what nobody has is taken by whoever comes, and is not among the leases',
    withStore(makeBed, async store => {
      await store.receive(alarmFor('new'), opens(recoveryOf('new')))
      const { lease } = await driven(store, 'given-back')
      await store.release(lease)
      await store.release((await store.leases())[0]!)
      expect(await store.leases()).toEqual([])
      const taken = await store.claim('replica-2', 10_000, 5, [])
      expect(taken.map(({ stored }) => stored.recovery.host).toSorted()).toEqual(['given-back', 'new'])
      expect(taken.map(({ from }) => from)).toEqual([undefined, undefined])
    })
  )

  test(
    'a takeover stands in the timeline, in the name of the one that takes',
    withStore(makeBed, async (store, bed) => {
      const { lease, stored } = await driven(store, 'compute-01')
      await bed.pass(10_001)
      const [taken] = await claim(store, 'replica-2', 10_000, 5)
      await bed.pass(10_001)
      const [again] = await claim(store, 'replica-2', 10_000, 5)
      await store.write(again!.lease, { recovery: stored.recovery, events: [{ kind: 'note', actor: 'x', text: 'on' }] })
      await store.release(again!.lease)
      await claim(store, 'replica-3', 10_000, 5)
      const events = await store.events(lease.recovery)
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
      expect(events.slice(1, 3)).toEqual([
        expect.objectContaining({
          actor: 'replica-2',
          text: 'taken over from replica replica-1, whose lease ended'
        }),
        expect.objectContaining({ actor: 'replica-2', text: 'taken up again: the lease of this replica had ended' })
      ])
      expect(taken?.stored.version).toBe(stored.version)
    })
  )

  test(
    'an owner that claims again what it had let run out has lost its older lease',
    withStore(makeBed, async (store, bed) => {
      const { lease } = await driven(store, 'compute-01')
      await bed.pass(10_001)
      const [again] = await claim(store, lease.owner, 10_000, 5)
      await expect(store.write(lease, {})).rejects.toMatchObject({ name: 'LeaseLost' })
      await expect(store.renew(lease, 10_000)).rejects.toMatchObject({ name: 'LeaseLost' })
      await store.write(again!.lease, {})
    })
  )

  test(
    'renewing and writing keep the lease, also one that ran out but was not taken',
    withStore(makeBed, async (store, bed) => {
      const { lease } = await driven(store, 'compute-01')
      await bed.pass(9000)
      await store.renew(lease, 10_000)
      await bed.pass(9000)
      await store.write(lease, {})
      await bed.pass(9000)
      expect(await claim(store, 'replica-2', 10_000, 5)).toEqual([])
      await bed.pass(2000)
      await store.renew(lease, 10_000)
      expect(await claim(store, 'replica-2', 10_000, 5)).toEqual([])
    })
  )

  test(
    'a released lease is free for the next at once',
    withStore(makeBed, async store => {
      const { lease } = await driven(store, 'compute-01')
      await store.release(lease)
      expect((await store.recovery(lease.recovery))?.owner).toBeUndefined()
      await expect(store.write(lease, {})).rejects.toMatchObject({ name: 'LeaseLost' })
      expect(await claim(store, 'replica-2', 10_000, 5)).toHaveLength(1)
    })
  )

  test(
    'a duty is done by one at a time, until its time is over',
    withStore(makeBed, async (store, bed) => {
      const took = await Promise.all(['one', 'two'].map(owner => store.takeDuty('poll', owner, 5000)))
      expect(took.filter(Boolean)).toHaveLength(1)
      const [winner, loser] = took[0] === true ? ['one', 'two'] : ['two', 'one']
      expect(await store.takeDuty('poll', winner, 5000)).toBe(true)
      await store.dutyDone('poll', loser)
      await store.dutyDone('poll', winner, 'Nova did not answer')
      const [failed] = await store.duties()
      expect(failed).toMatchObject({ duty: 'poll', owner: winner, lastError: 'Nova did not answer' })
      expect(failed?.lastDoneMs).toBeUndefined()
      await bed.pass(5001)
      expect(await store.takeDuty('poll', loser, 5000)).toBe(true)
      await store.dutyDone('poll', loser)
      await store.giveDutiesBack(winner)
      expect(await store.takeDuty('poll', winner, 5000)).toBe(false)
      await store.giveDutiesBack(loser)
      expect(await store.takeDuty('poll', winner, 5000)).toBe(true)
      await bed.pass(4000)
      await store.takeDuty('look-ups', loser, 5000)
      await store.keepDuties(winner, 5000)
      // Also one that has just ended, if nobody took it; those of others stay as they are.
      await bed.pass(5001)
      expect(await store.takeDuty('poll', loser, 5000)).toBe(true)
      await bed.pass(5001)
      await store.keepDuties(loser, 5000)
      await bed.pass(4000)
      expect(await store.takeDuty('poll', winner, 5000)).toBe(false)
      expect(await store.takeDuty('look-ups', winner, 5000)).toBe(false)
      await bed.pass(1001)
      expect(await store.takeDuty('poll', winner, 5000)).toBe(true)
      const [, done] = await store.duties()
      expect(done?.lastError).toBeUndefined()
      expect(done?.lastDoneMs).toBeLessThanOrEqual(await store.now())
    })
  )
}
