import type { RecoveryView } from '../../schemas/recovery.d.ts'

type Code = NonNullable<RecoveryView['hold']>['code']

/** For which holds `retry` does more than to look at once, and when it helps. */
const retries: Readonly<Partial<Record<Code, string>>> = {
  'not-fenced': 'when its BMC, or the way to it, is mended',
  power: 'when it is powered off',
  isolation: 'when it is forced down and disabled again',
  target: 'when the target was looked at',
  servers: 'when the servers were looked at',
  maintenance: 'when the host was given back to service',
  'no-target': 'when there is room',
  cloud: 'when OpenStack answers again'
}

/** What to say, about what, and when or with which effect. */
export type Way = readonly [command: string, about: string, what: string]

export interface WaysOut {
  readonly who: string
  readonly ways: readonly Way[]
}

/** What a person can do now; undefined for one that needs nobody. */
export function waysOut(view: RecoveryView): WaysOut | undefined {
  const { state, host, hold } = view
  if (state === 'partial')
    return {
      who: 'A person can:',
      ways: [['retry', host, 'a new recovery goes on with the servers that have not moved']]
    }
  if (hold === undefined) return undefined
  return {
    who:
      hold.releasedBy === 'person' ? 'It waits for a person:' : 'It goes on by itself when that is over. A person can:',
    ways: [
      ...arming(view),
      ...approving(view),
      ...vouching(view),
      ['retry', host, retries[hold.code] ?? 'it looks again at once'],
      ['cancel', host, 'it ends; nothing is powered on']
    ]
  }
}

function holding({ guards = [] }: RecoveryView): NonNullable<RecoveryView['guards']> {
  return guards.filter(({ holds }) => holds)
}

function arming(view: RecoveryView): Way[] {
  const isObserved = view.hold?.code === 'observing' || holding(view).some(({ guard }) => guard === 'armed')
  return isObserved ? [['arm', view.segment, 'it goes on within seconds, the power-off included']] : []
}

/** The service refuses an approval while a guard holds that none releases. */
function approving(view: RecoveryView): Way[] {
  const { hold, plan, host } = view
  const named = hold?.guard ?? (hold?.code === 'approval' ? 'approval' : undefined)
  const guards = holding(view)
  const isReleased = guards.some(({ guard, approvable }) => guard === named && approvable === true)
  const isDeaf = guards.some(({ approvable }) => approvable !== true)
  return plan !== undefined && isReleased && !isDeaf ? [['approve', host, 'if the plan below is right']] : []
}

function vouching(view: RecoveryView): Way[] {
  const { hold, host, fencing = host, targets, proofs, plan } = view
  const isUnproven = hold?.code === 'not-fenced' || hold?.code === 'proof'
  const unproven = Object.entries(targets).flatMap(([name, { state }]) =>
    proofs[name] === undefined && (hold?.code === 'target' || state === 'lost' || state === 'failed') ? [name] : []
  )
  const doubtful = plan?.staying.filter(({ because }) => because === 'person') ?? []
  return [
    ...[...new Set([...(isUnproven ? [fencing] : []), ...unproven])].map(name => vouchFor(name, host)),
    ...doubtful.map(
      ({ server, name }) =>
        ['vouch', `${host} --server ${server}`, `only if you have seen that ${name} runs nowhere`] as const
    )
  ]
}

/** A target is named: without that the word would be one about whatever is being fenced when it is heard. */
function vouchFor(name: string, host: string): Way {
  return name === host
    ? ['vouch', host, 'only if you have seen that it is off']
    : ['vouch', `${host} --host ${name}`, `only if you have seen that ${name} is off`]
}
