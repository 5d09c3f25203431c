import { expect, test } from '@jest/globals'
import { alarmFor, driven, ended, type MakeBed, opens, recoveryOf, withStore } from './bed.ts'

export function intakeContract(makeBed: MakeBed): void {
  test(
    'the first signal of a host opens a recovery, the next one joins it',
    withStore(makeBed, async store => {
      const recovery = recoveryOf('compute-01')
      const first = await store.receive(alarmFor('compute-01'), opens(recovery))
      const second = await store.receive(alarmFor('compute-01'), opens(recoveryOf('compute-01')))
      const because = 'compute-01 is protected'
      expect(first).toEqual({ signal: first.signal, outcome: 'opened', because, recovery: recovery.id })
      expect(second).toEqual({ signal: second.signal, outcome: 'joined', because, recovery: recovery.id })
      expect((await store.signalsOf(recovery.id)).map(signal => signal.id)).toEqual([first.signal, second.signal])
      expect((await store.openRecoveryOf('compute-01'))?.recovery).toEqual(recovery)
      const events = await store.events(recovery.id)
      expect(events.map(({ seq, kind, actor }) => [seq, kind, actor])).toEqual([
        [1, 'opened', 'aodh'],
        [2, 'signal', 'aodh']
      ])
    })
  )

  test(
    'a signal keeps the rules that were tried, and the past of a host is told in short, newest first',
    withStore(makeBed, async store => {
      const rules = [{ rule: 'r', result: 'notMatched', because: 'it is not' }] as const
      const noted = await store.receive(alarmFor('compute-01'), { outcome: 'noted', because: 'no rule matches', rules })
      expect((await store.signal(noted.signal))?.rules).toEqual(rules)
      const { lease, stored } = await driven(store, 'compute-01')
      await store.write(lease, { recovery: { ...stored.recovery, phase: ended } })
      await store.receive(alarmFor('compute-01'), opens(recoveryOf('compute-01')))
      await store.receive(alarmFor('compute-02'), opens(recoveryOf('compute-02')))
      const [now, before, ...more] = await store.pastOf('compute-01', 10)
      expect(more).toEqual([])
      expect(now).toEqual({ id: expect.any(String), state: 'confirming', openedAtMs: expect.any(Number) })
      expect(before).toEqual({
        id: lease.recovery,
        state: ended.state,
        openedAtMs: expect.any(Number),
        closedAtMs: expect.any(Number)
      })
      expect(await store.pastOf('compute-01', 1)).toHaveLength(1)
    })
  )

  test(
    'of many signals at once exactly one opens',
    withStore(makeBed, async store => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => store.receive(alarmFor('compute-01'), opens(recoveryOf('compute-01'))))
      )
      expect(answers.filter(answer => answer.outcome === 'opened')).toHaveLength(1)
      expect(new Set(answers.map(answer => answer.recovery)).size).toBe(1)
    })
  )

  test(
    'a signal after the end opens a new recovery and never joins the closed one',
    withStore(makeBed, async store => {
      const { lease, stored } = await driven(store, 'compute-01')
      await store.write(lease, { recovery: { ...stored.recovery, phase: ended } })
      const again = recoveryOf('compute-01')
      expect(await store.receive(alarmFor('compute-01'), opens(again))).toMatchObject({
        outcome: 'opened',
        recovery: again.id
      })
      expect(await store.signalsOf(lease.recovery)).toHaveLength(1)
    })
  )

  test(
    'two signals with the same key are one, with the same answer, which says that it was known',
    withStore(makeBed, async store => {
      const signal = alarmFor('compute-01', { dedupeKey: 'alarm-1@17' })
      const answers = await Promise.all([1, 2, 3].map(() => store.receive(signal, opens(recoveryOf('compute-01')))))
      const first = answers.filter(({ isKnown }) => isKnown === undefined)
      expect(first).toHaveLength(1)
      expect(answers.filter(({ isKnown }) => isKnown)).toEqual([1, 2].map(() => ({ ...first[0], isKnown: true })))
      expect((await store.signals({ limit: 10 })).items).toHaveLength(1)
      expect((await store.recoveries({ limit: 10 })).items).toHaveLength(1)
    })
  )

  test(
    'what a signal said is read back as it was',
    withStore(makeBed, async store => {
      const alarm = {
        id: 'a',
        name: 'host-down',
        current: 'alarm',
        severity: 'critical',
        traits: { host: 'compute-01' }
      }
      const { signal } = await store.receive(
        { source: 'aodh', actor: 'aodh', alarm, reason: 'down', body: '{"x":"ä"}' },
        { outcome: 'received', because: 'its definition is looked up' }
      )
      expect(await store.signal(signal)).toEqual({
        id: signal,
        source: 'aodh',
        actor: 'aodh',
        receivedAtMs: await store.now(),
        alarm,
        reason: 'down',
        outcome: 'received',
        because: 'its definition is looked up',
        cleared: false
      })
      expect(await store.signal('nobody')).toBeUndefined()
    })
  )

  test(
    'a received signal is settled once: it opens or joins, and a second time answers the same',
    withStore(makeBed, async store => {
      const waiting = { outcome: 'received', because: 'looked up' } as const
      const one = await store.receive({ source: 'aodh', actor: 'aodh' }, waiting)
      const two = await store.receive({ source: 'aodh', actor: 'aodh' }, waiting)
      const recovery = recoveryOf('compute-01')
      const settled = await store.settle(one.signal, 'compute-01', opens(recovery))
      expect(settled).toMatchObject({ signal: one.signal, outcome: 'opened', recovery: recovery.id })
      expect(await store.settle(one.signal, 'compute-02', opens(recoveryOf('compute-02')))).toEqual(settled)
      expect(await store.openRecoveryOf('compute-02')).toBeUndefined()
      expect(await store.settle(two.signal, 'compute-01', opens(recoveryOf('compute-01')))).toMatchObject({
        outcome: 'joined',
        recovery: recovery.id
      })
      expect(await store.signal(one.signal)).toMatchObject({ host: 'compute-01', outcome: 'opened' })
    })
  )

  test(
    'an unresolved signal waits for its host, and may be noted in the end',
    withStore(makeBed, async store => {
      const { signal } = await store.receive({ source: 'aodh', actor: 'aodh' }, { outcome: 'received', because: '' })
      await store.settle(signal, undefined, { outcome: 'unresolved', because: 'it names no host' })
      expect((await store.signals({ outcome: 'unresolved', limit: 5 })).items.map(({ id }) => id)).toEqual([signal])
      expect(await store.settle(signal, 'compute-01', { outcome: 'noted', because: 'isolated' })).toEqual({
        signal,
        outcome: 'noted',
        because: 'isolated'
      })
      await expect(store.settle('nobody', undefined, { outcome: 'noted', because: '' })).rejects.toThrow('no signal')
    })
  )

  test(
    'the ok of an alarm clears its signals of that host and joins their recovery',
    withStore(makeBed, async store => {
      const { lease } = await driven(store, 'compute-01')
      const other = await store.receive(
        alarmFor('compute-01', { alarm: { id: 'another', current: 'alarm', traits: {} } }),
        opens(recoveryOf('compute-01'))
      )
      const clears = { outcome: 'noted', because: 'it is ok again', clears: true } as const
      expect(await store.receive(alarmFor('compute-01'), clears)).toMatchObject({
        outcome: 'joined',
        recovery: lease.recovery
      })
      const signals = await store.signalsOf(lease.recovery)
      expect(signals.map(signal => signal.cleared)).toEqual([true, false, true])
      const counts = await store.signalCounts(lease.recovery)
      expect(counts).toMatchObject({ all: 3, uncleared: 1, forTarget: false, newest: { source: 'aodh' } })
      expect(counts.newest?.ageMs).toBeGreaterThanOrEqual(0)
      expect(signals[1]?.id).toBe(other.signal)
      await store.receive(alarmFor('compute-01'), opens(recoveryOf('compute-01')))
      expect((await store.signalsOf(lease.recovery)).at(-1)?.cleared).toBe(false)
    })
  )

  test(
    'the ok of an alarm that no open recovery knows is only noted',
    withStore(makeBed, async store => {
      await driven(store, 'compute-01')
      const clears = { outcome: 'noted', because: 'it is ok again', clears: true } as const
      const stranger = alarmFor('compute-01', { alarm: { id: 'another', current: 'ok', traits: {} } })
      const answer = await store.receive(stranger, clears)
      expect(answer).toEqual({ signal: answer.signal, outcome: 'noted', because: 'it is ok again' })
    })
  )

  test(
    'an alarm is heard when a signal of it says so, and from when on is the question',
    withStore(makeBed, async store => {
      const noted = { outcome: 'noted', because: '' } as const
      const said = (current: string) => alarmFor('compute-01', { alarm: { id: 'a1', current, traits: {} } })
      const beforeMs = await store.now()
      await store.receive(said('ok'), noted)
      expect(await store.isHeard('a1', beforeMs)).toBe(false)
      await store.receive(said('alarm'), noted)
      expect(await store.isHeard('a1', beforeMs)).toBe(true)
      expect(await store.isHeard('a1', (await store.now()) + 60_000)).toBe(false)
      expect(await store.isHeard('a2', beforeMs)).toBe(false)
      await store.receive(said('ok'), noted)
      expect((await store.lastOf('a1'))?.alarm?.current).toBe('ok')
      expect(await store.lastOf('a2')).toBeUndefined()
      const heard = await store.lastHeard(['a1', 'a2'])
      expect(heard).toEqual({ a1: (await store.lastOf('a1'))?.receivedAtMs })
      await store.receive({ ...said('alarm'), actor: 'poll', alarm: { id: 'a2', current: 'alarm', traits: {} } }, noted)
      expect(await store.lastHeard(['a2'])).toEqual({})
    })
  )

  test(
    'lists of signals come newest first, page by page, whatever comes in meanwhile',
    withStore(makeBed, async store => {
      const noted = { outcome: 'noted', because: '' } as const
      const ids: string[] = []
      for (let number = 0; number < 7; number++)
        ids.unshift((await store.receive(alarmFor('compute-01'), noted)).signal)
      const first = await store.signals({ host: 'compute-01', limit: 3 })
      await store.receive(alarmFor('compute-01'), noted)
      const second = await store.signals({ limit: 3, cursor: first.cursor ?? '' })
      const third = await store.signals({ limit: 3, cursor: second.cursor ?? '' })
      expect([...first.items, ...second.items, ...third.items].map(({ id }) => id)).toEqual(ids)
      expect(third.cursor).toBeUndefined()
      await expect(store.signals({ limit: 3, cursor: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidCursor' })
    })
  )
}
