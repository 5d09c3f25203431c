import { expect, test } from '@jest/globals'
import type { Step } from '../../../src/core/step.ts'
import { alarmFor, claim, driven, ended, type MakeBed, opens, recoveryOf, withStore } from './bed.ts'

const note = (text: string) => ({ kind: 'note', actor: 'switchover', text })

export function writesContract(makeBed: MakeBed): void {
  test(
    'one write changes the recovery, its steps, its timeline and the outbox together',
    withStore(makeBed, async store => {
      const { lease, stored } = await driven(store, 'compute-01')
      const recovery = { ...stored.recovery, phase: { state: 'fencing', host: 'compute-01' } as const, sinceMs: 7 }
      const step: Step = { kind: 'power-off', target: 'compute-01', attempt: 1, state: 'sending', intentAtMs: 5 }
      const written = await store.write(lease, {
        recovery,
        steps: [step],
        events: [{ ...note('fencing'), target: 'compute-01', data: { a: [1] } }, note('two')],
        notify: [{ type: 'held', data: { why: 'x' } }]
      })
      expect(written).toEqual({ version: 2 })
      expect(await store.recovery(lease.recovery)).toEqual({ recovery, version: 2, owner: 'replica-1' })
      expect(await store.steps(lease.recovery)).toEqual([step])
      const [, second, third] = await store.events(lease.recovery)
      const atMs = await store.now()
      expect(second).toEqual({
        recovery: lease.recovery,
        seq: 2,
        atMs,
        kind: 'note',
        actor: 'switchover',
        target: 'compute-01',
        text: 'fencing',
        data: { a: [1] }
      })
      expect(third).toEqual({ recovery: lease.recovery, seq: 3, atMs, ...note('two') })
      expect(await store.outbox(5)).toMatchObject([{ type: 'held', data: { why: 'x' }, attempts: 0 }])
    })
  )

  test(
    'the version counts only changes of the recovery itself',
    withStore(makeBed, async store => {
      const { lease, stored } = await driven(store, 'compute-01')
      expect(await store.write(lease, { events: [note('a')] })).toEqual({ version: 1 })
      expect(await store.write(lease, { recovery: stored.recovery })).toEqual({ version: 2 })
      expect(await store.write(lease, {})).toEqual({ version: 2 })
    })
  )

  test(
    'a step is written over by its own attempt only',
    withStore(makeBed, async store => {
      const { lease } = await driven(store, 'compute-01')
      const step = {
        kind: 'evacuate',
        target: 'server-1',
        attempt: 1,
        state: 'sending',
        intentAtMs: 5,
        to: 'spare-1'
      } as const
      await store.write(lease, { steps: [step] })
      await store.write(lease, { steps: [{ ...step, state: 'failed', error: 'NoValidHost' }] })
      await store.write(lease, {
        steps: [
          { ...step, attempt: 2, to: 'spare-2' },
          { ...step, target: 'server-2' }
        ]
      })
      expect(await store.steps(lease.recovery)).toEqual([
        { ...step, state: 'failed', error: 'NoValidHost' },
        { ...step, attempt: 2, to: 'spare-2' },
        { ...step, target: 'server-2' }
      ])
    })
  )

  test(
    'the numbers of the events have no gap, whoever writes them',
    withStore(makeBed, async store => {
      const { lease } = await driven(store, 'compute-01')
      await Promise.all([
        ...Array.from({ length: 10 }, (_, number) => store.write(lease, { events: [note(`${number}a`), note('b')] })),
        ...Array.from({ length: 10 }, () => store.receive(alarmFor('compute-01'), opens(recoveryOf('compute-01')))),
        ...Array.from({ length: 5 }, () =>
          store.command({ recovery: lease.recovery, kind: 'approve', actor: 'alice', reason: 'go', version: 1 })
        )
      ])
      const numbers = (await store.events(lease.recovery)).map(event => event.seq)
      expect(numbers).toEqual(Array.from({ length: 36 }, (_, index) => index + 1))
    })
  )

  test(
    'a recovery that ended is closed: nobody drives it, nothing more is written',
    withStore(makeBed, async (store, bed) => {
      const { lease, stored } = await driven(store, 'compute-01')
      await store.write(lease, { recovery: { ...stored.recovery, phase: ended } })
      const closed = await store.recovery(lease.recovery)
      expect(closed).toMatchObject({ version: 2, closedAtMs: await store.now(), recovery: { phase: ended } })
      expect(closed?.owner).toBeUndefined()
      expect(await store.openRecoveryOf('compute-01')).toBeUndefined()
      await expect(store.write(lease, { events: [note('late')] })).rejects.toMatchObject({ name: 'LeaseLost' })
      await store.release(lease)
      await bed.pass(60_000)
      expect(await claim(store, 'replica-2', 10_000, 5)).toEqual([])
    })
  )

  test(
    'a closing write fails when a signal joined that was not seen, and then writes nothing',
    withStore(makeBed, async store => {
      const { lease, stored } = await driven(store, 'compute-01')
      const seen = (await store.signalsOf(lease.recovery)).length
      await store.receive(alarmFor('compute-01'), opens(recoveryOf('compute-01')))
      const change = { recovery: { ...stored.recovery, phase: ended }, events: [note('the end')] }
      expect(await store.write(lease, { ...change, closesAfter: seen })).toBe('signalJoined')
      expect(await store.recovery(lease.recovery)).toMatchObject({ version: 1, owner: 'replica-1' })
      expect((await store.events(lease.recovery)).map(event => event.kind)).toEqual(['opened', 'signal'])
      expect(await store.write(lease, { ...change, closesAfter: seen + 1 })).toEqual({ version: 2 })
    })
  )

  test(
    'a signal and the closing write at the same moment: it joins and the closing fails, or it opens a new one',
    withStore(makeBed, async store => {
      for (let round = 0; round < 20; round++) {
        const { lease, stored } = await driven(store, `compute-${round}`)
        const host = stored.recovery.host
        const close = () => store.write(lease, { recovery: { ...stored.recovery, phase: ended }, closesAfter: 1 })
        const join = () => store.receive(alarmFor(host), opens(recoveryOf(host)))
        const [written, received] =
          round % 2 === 0
            ? await Promise.all([close(), join()])
            : ((await Promise.all([join(), close()])).toReversed() as [
                Awaited<ReturnType<typeof close>>,
                Awaited<ReturnType<typeof join>>
              ])
        if (written === 'signalJoined') expect(received).toMatchObject({ outcome: 'joined', recovery: lease.recovery })
        else expect(received.outcome).toBe('opened')
        expect(await store.openRecoveryOf(host)).toBeDefined()
      }
    })
  )

  test(
    'a closing write on a lost lease is a lost lease, not a joined signal',
    withStore(makeBed, async (store, bed) => {
      const { lease, stored } = await driven(store, 'compute-01')
      await bed.pass(10_001)
      await claim(store, 'replica-2', 10_000, 1)
      const close = store.write(lease, { recovery: { ...stored.recovery, phase: ended }, closesAfter: 0 })
      await expect(close).rejects.toMatchObject({ name: 'LeaseLost' })
    })
  )

  test(
    'a notification stays until it was delivered',
    withStore(makeBed, async (store, bed) => {
      const { lease } = await driven(store, 'compute-01')
      await store.write(lease, {
        notify: [
          { type: 'one', data: 1 },
          { type: 'two', data: null }
        ]
      })
      const [one, two] = await store.outbox(10)
      expect([one?.type, two?.type]).toEqual(['one', 'two'])
      await store.deliveryFailed(one?.id ?? '', 5000, '503')
      expect((await store.outbox(10)).map(({ type }) => type)).toEqual(['two'])
      await bed.pass(5000)
      expect(await store.outbox(1)).toMatchObject([{ id: one?.id, attempts: 1 }])
      await store.delivered(one?.id ?? '')
      await store.delivered(one?.id ?? '')
      expect(await store.outbox(10)).toEqual([two])
    })
  )
}
