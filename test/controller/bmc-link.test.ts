import { expect, test } from '@jest/globals'
import { ladderOf } from '../../src/config/ladder.ts'
import { bmcLinkOf, ownLinkGuard } from '../../src/controller/judgement/bmc-link.ts'
import type { FenceFailure } from '../../src/controller/judgement/fence-failure.ts'
import type { Fencing } from '../../src/controller/ports/ports.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import type { FencingErrorCode } from '../../src/errors.ts'
import { FencingError } from '../../src/errors.ts'
import { hostOf, isolation, nowMs, readingOf, recoveryOf, segmentOf, source } from '../core/builders.ts'
import { cloudOf, viewOf } from './builders.ts'

type Answer = FencingErrorCode | 'off' | 'never'

const others = ['compute-02', 'compute-03', 'spare-1', 'spare-2']

/** What each BMC answers; those that are not named do not answer. */
function contextOf(
  answers: Readonly<Record<string, Answer>>,
  changes: { fencing?: string[]; bmcNetwork?: boolean } = {}
) {
  const asked: string[] = []
  const reading = readingOf(
    hostOf(source, { state: 'down' }),
    ...others.map(name => hostOf(name)),
    hostOf('of-another-segment')
  )
  const read: Fencing['read'] = async (agent, host, signal) => {
    asked.push(host)
    const answer = answers[host] ?? 'unreachable'
    if (answer === 'off') return { agent, method: 'redfish', power: 'off', atMs: nowMs }
    if (answer === 'never') {
      const { promise, reject } = Promise.withResolvers<never>()
      signal?.addEventListener('abort', () => reject(new FencingError('unknown', 'aborted')))
      return await promise
    }
    throw new FencingError(answer, answer)
  }
  const ports = {
    cloud: cloudOf(viewOf(reading)),
    fencing: { read },
    clock: {
      now: () => nowMs,
      sleep: async (ms: number) => void (await new Promise(done => setTimeout(done, ms / 1000)))
    },
    policy: {
      segment: () => segmentOf({ fencing: ladderOf(changes.fencing ?? ['bmc']) }),
      guards: { bmcNetwork: changes.bmcNetwork ?? true, siteStartMs: 0, otherTools: [] }
    }
  }
  return { ctx: { ports, recovery: recoveryOf() } as unknown as Context, reading, asked }
}

const silent: readonly FenceFailure[] = [{ code: 'unreachable', why: 'no route' }]

test('at most three living hosts of the segment are asked, and none answers: our own link', async () => {
  const { ctx, reading, asked } = contextOf({})
  expect(await bmcLinkOf(ctx, source, reading)).toEqual({ answering: [], silent: others.slice(0, 3) })
  expect(asked).toEqual(others.slice(0, 3))
  expect(await ownLinkGuard(ctx, source, silent)).toMatchObject({
    guard: 'bmc-network',
    holds: true,
    releasedBy: 'world',
    inputs: { answering: [], silent: others.slice(0, 3) }
  })
})

test.each<[string, Answer]>([
  ['answers', 'off'],
  ['refuses our password', 'refused'],
  ["is another machine's", 'identity'],
  ['is not believed', 'disbelieved']
])('one that %s shows that the link is well', async (_, answer) => {
  const { ctx, reading } = contextOf({ 'compute-03': answer })
  expect(await bmcLinkOf(ctx, source, reading)).toMatchObject({ answering: ['compute-03'] })
  expect(await ownLinkGuard(ctx, source, silent)).toMatchObject({
    holds: false,
    reason: `the BMC of ${source} does not answer, that of compute-03 does`
  })
})

test('one that never answers is waited for no longer than a while, and is silent', async () => {
  const { ctx, reading } = contextOf({ 'compute-02': 'never', 'compute-03': 'never', 'spare-1': 'never' })
  expect(await bmcLinkOf(ctx, source, reading)).toEqual({ answering: [], silent: others.slice(0, 3) })
})

test('nobody is asked when the BMC of the host spoke, when nothing is fenced, or when it is not wanted', async () => {
  const words = (code: FenceFailure['code']): FenceFailure[] => [
    ...silent,
    { code, why: 'unreachable: or so it reads' }
  ]
  for (const failures of [words('refused'), words('not-off'), words('alive'), []]) {
    const { ctx, asked } = contextOf({})
    expect(await ownLinkGuard(ctx, source, failures)).toBeUndefined()
    expect(asked).toEqual([])
  }
  for (const changes of [{ fencing: ['none'] }, { bmcNetwork: false }]) {
    const { ctx, reading } = contextOf({}, changes)
    expect(await bmcLinkOf(ctx, source, reading)).toBeUndefined()
    expect(await ownLinkGuard(ctx, source, silent)).toBeUndefined()
  }
})

test('a host that came on while its servers moved is not left to the link: a person has to look', async () => {
  const { ctx } = contextOf({})
  const again = { ...ctx, recovery: recoveryOf({ isolation }) } as Context
  expect(await ownLinkGuard(again, source, silent)).toBeUndefined()
  expect(await ownLinkGuard(again, 'spare-1', silent)).toMatchObject({ guard: 'bmc-network' })
})
