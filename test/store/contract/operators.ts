import { expect, test } from '@jest/globals'
import { alarmFor, claim, driven, ended, type MakeBed, opens, partial, recoveryOf, withStore } from './bed.ts'

const isolation = (atMs: number) => ({ disabledByUs: true, forcedDownByUs: true, reason: 'ours', atMs, novaAtMs: atMs })

export function operatorsContract(makeBed: MakeBed): void {
  test(
    'a command is taken for the version that the person saw, and is obeyed once',
    withStore(makeBed, async store => {
      const { lease, stored } = await driven(store, 'compute-01')
      const vouch = {
        recovery: lease.recovery,
        kind: 'vouch',
        actor: 'alice',
        reason: 'I pulled it',
        host: 'spare-1'
      } as const
      expect(await store.command({ ...vouch, version: 2 })).toBe('stale')
      expect(await store.command({ ...vouch, version: 1 })).toBe('accepted')
      expect(await store.command({ ...vouch, recovery: 'nobody', version: 1 })).toBe('not-found')
      const [command, ...more] = await store.commands(lease.recovery)
      expect(more).toEqual([])
      expect(command).toEqual({ ...vouch, id: command?.id, version: 1, atMs: await store.now() })
      expect((await store.events(lease.recovery)).at(-1)).toMatchObject({
        kind: 'command',
        actor: 'alice',
        target: 'spare-1'
      })
      await store.write(lease, { recovery: stored.recovery, commands: [{ id: command?.id ?? '', result: 'taken' }] })
      expect(await store.commands(lease.recovery)).toEqual([])
      expect(await store.command({ ...vouch, version: 1 })).toBe('stale')
    })
  )

  test(
    'a closed recovery takes no command, and what was asked too late is answered',
    withStore(makeBed, async store => {
      const { lease, stored } = await driven(store, 'compute-01')
      const cancel = { recovery: lease.recovery, kind: 'cancel', actor: 'alice', reason: 'no' } as const
      await store.command({ ...cancel, version: 1 })
      await store.write(lease, { recovery: { ...stored.recovery, phase: ended } })
      expect(await store.commands(lease.recovery)).toEqual([])
      expect(await store.command({ ...cancel, version: 2 })).toBe('closed')
      expect(await store.command({ ...cancel, kind: 'retry', version: 2 }, recoveryOf('compute-01'))).toBe('closed')
    })
  )

  test(
    'the retry of a partial recovery opens one that continues it, with its targets, once',
    withStore(makeBed, async store => {
      const { lease, stored } = await driven(store, 'compute-01')
      await store.reserveTarget(lease, 'spare-1')
      const targets = { 'spare-1': { state: 'prepared', isSpare: true } } as const
      await store.write(lease, { recovery: { ...stored.recovery, targets, phase: partial } })
      const retry = { recovery: lease.recovery, kind: 'retry', actor: 'alice', reason: 'again' } as const
      const successor = recoveryOf('compute-01', { continues: lease.recovery, targets })
      expect(await store.command({ ...retry, version: 1 }, successor)).toBe('stale')
      expect(await store.command({ ...retry, version: 2 })).toBe('closed')
      expect(await store.command({ ...retry, version: 2 }, successor)).toEqual({ recovery: successor.id })
      expect(await store.command({ ...retry, version: 2 }, recoveryOf('compute-01'))).toBe('stale')
      expect(await store.targets()).toEqual({ 'spare-1': successor.id })
      expect((await store.openRecoveryOf('compute-01'))?.recovery).toEqual(successor)
      expect((await store.events(successor.id)).map(({ kind, actor }) => [kind, actor])).toEqual([['opened', 'alice']])
      expect((await store.events(lease.recovery)).at(-1)?.text).toContain(successor.id)
      const [claimed] = await claim(store, 'replica-1', 1000, 5)
      expect(await store.reserveTarget(claimed!.lease, 'spare-1')).toBe(true)
      expect(await store.freeTarget('spare-1', Number.POSITIVE_INFINITY)).toBe(false)
      await store.write(claimed!.lease, { recovery: { ...successor, targets: {}, phase: ended }, closesAfter: 0 })
      expect(await store.targets()).toEqual({ 'spare-1': successor.id })
    })
  )

  test(
    'a retry while another recovery of the host is open leads to that one',
    withStore(makeBed, async store => {
      const { lease, stored } = await driven(store, 'compute-01')
      await store.write(lease, { recovery: { ...stored.recovery, phase: partial } })
      const open = await driven(store, 'compute-01')
      const retry = { recovery: lease.recovery, kind: 'retry', actor: 'alice', reason: 'again', version: 2 } as const
      expect(await store.command(retry, recoveryOf('compute-01'))).toEqual({ recovery: open.lease.recovery })
    })
  )

  test(
    'recoveries are listed newest first, by state, host, segment and time, page by page',
    withStore(makeBed, async (store, bed) => {
      const closed = await driven(store, 'a')
      await store.write(closed.lease, { recovery: { ...closed.stored.recovery, phase: ended } })
      await bed.pass(10)
      const sinceMs = await store.now()
      await driven(store, 'b', { segment: 'rack-b' })
      await driven(store, 'c')
      const hosts = async (query: Omit<Parameters<typeof store.recoveries>[0], 'limit'>) =>
        (await store.recoveries({ ...query, limit: 10 })).items.map(({ recovery }) => recovery.host).toSorted()
      expect(await hosts({})).toEqual(['a', 'b', 'c'])
      expect(await hosts({ state: 'recovered' })).toEqual(['a'])
      expect(await hosts({ state: 'open' })).toEqual(['b', 'c'])
      expect(await hosts({ host: 'c' })).toEqual(['c'])
      expect(await hosts({ segment: 'rack-b' })).toEqual(['b'])
      expect(await hosts({ sinceMs })).toEqual(['b', 'c'])
      const first = await store.recoveries({ limit: 2 })
      const second = await store.recoveries({ limit: 2, cursor: first.cursor ?? '' })
      expect(second.cursor).toBeUndefined()
      expect([...first.items, ...second.items].at(-1)?.recovery.host).toBe('a')
      expect(await store.recovery('nobody')).toBeUndefined()
    })
  )

  test(
    'an isolation stands until it is seen to be lifted, also after the end',
    withStore(makeBed, async store => {
      expect(await store.isolationOf('compute-01')).toBeUndefined()
      const old = await driven(store, 'compute-01')
      await store.write(old.lease, { recovery: { ...old.stored.recovery, isolation: isolation(100), phase: partial } })
      const young = await driven(store, 'compute-01')
      await store.write(young.lease, { recovery: { ...young.stored.recovery, isolation: isolation(200) } })
      await driven(store, 'compute-02')
      expect((await store.isolationOf('compute-01'))?.id).toBe(young.lease.recovery)
      expect((await store.isolations()).map(({ id }) => id)).toEqual([young.lease.recovery])
      await store.liftIsolation(young.lease.recovery)
      await store.liftIsolation('nobody')
      expect(await store.isolationOf('compute-01')).toBeUndefined()
      expect(await store.isolations()).toEqual([])
    })
  )

  test(
    'arming is switched whole and by segment, and handed back to the configuration with null',
    withStore(makeBed, async store => {
      expect(await store.arming()).toEqual({ segments: {} })
      const atMs = await store.now()
      const armed = await store.setArming({ armed: true, segments: { a: false, b: true } }, 'alice', 'drill')
      expect(armed).toEqual({ armed: true, segments: { a: false, b: true }, actor: 'alice', reason: 'drill', atMs })
      await Promise.all([
        store.setArming({ segments: { a: null } }, 'bob', 'done'),
        store.setArming({ armed: null }, 'bob', 'done')
      ])
      expect(await store.arming()).toEqual({ segments: { b: true }, actor: 'bob', reason: 'done', atMs })
    })
  )

  test(
    'the summary counts states and signals, and names what is held, the oldest first',
    withStore(makeBed, async store => {
      const hold = { code: 'no-target', reason: 'no spare', releasedBy: 'world' } as const
      for (const [host, sinceMs] of [
        ['a', 20],
        ['b', 10]
      ] as const) {
        const { lease, stored } = await driven(store, host)
        await store.write(lease, {
          recovery: { ...stored.recovery, sinceMs, phase: { state: 'held', from: 'planning', hold } }
        })
      }
      await driven(store, 'c')
      await store.receive(alarmFor('c'), opens(recoveryOf('c')))
      const held = (await store.recoveries({ state: 'held', limit: 5 })).items.map(({ recovery }) => recovery)
      const view = (host: string, sinceMs: number) => ({
        recovery: held.find(recovery => recovery.host === host)?.id,
        host,
        code: 'no-target',
        reason: 'no spare',
        releasedBy: 'world',
        sinceMs
      })
      expect(await store.summary()).toEqual({
        states: { held: 2, confirming: 1 },
        signals: { opened: 3, joined: 1 },
        held: [view('b', 10), view('a', 20)]
      })
    })
  )
}
