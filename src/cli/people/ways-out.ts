import type { RecoveryView } from '../../schemas/recovery.d.ts'
import { serversOf } from './text/moves.ts'

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

/** What to type after `switchover`, and when or with which effect. */
export type Way = readonly [command: string, what: string]

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
      ways: [way('retry', host, 'a new recovery goes on with the servers that have not moved')]
    }
  const left = serversLeft(view)
  if (state === 'cancelled' && left !== 0)
    return {
      who: 'Nothing is done for it any more. A person can:',
      ways: [way('recover', host, `a new recovery looks again: ${leftOnIt(left)}`)]
    }
  if (hold === undefined) return undefined
  return {
    who: waitsForPerson(view) ? 'It waits for a person:' : 'It goes on by itself when that is over. A person can:',
    ways: [
      ...arming(view),
      ...approving(view),
      ...vouching(view),
      ...adopting(view),
      ...retrying(view),
      way('cancel', host, `it ends${stayDown(left)}; nothing is powered on`)
    ]
  }
}

const way = (command: string, about: string, what: string): Way => [`${command} ${about} --reason …`, what]

/** Whether only a person's word ends all that holds it. */
export function waitsForPerson(view: Pick<RecoveryView, 'hold' | 'guards'>): boolean {
  return view.hold?.releasedBy === 'person' || holding(view).some(({ releasedBy }) => releasedBy === 'person')
}

/** How many servers a recovery that ends now leaves on a host that is off; undefined where nobody has looked which it has. */
export function serversLeft(view: RecoveryView): number | undefined {
  const { plan, moveList } = view
  if (!isDown(view)) return 0
  if (plan === undefined && moveList.length === 0) return undefined
  return moveList.filter(({ state }) => ['waiting', 'failed', 'stays'].includes(state)).length
}

export function isDown({ verdict, proof }: Pick<RecoveryView, 'verdict' | 'proof'>): boolean {
  return proof !== undefined || verdict === 'dead'
}

/** As of the cancel: since then they may have moved, or gone. */
export function leftOnIt(servers: number | undefined): string {
  const were =
    servers === undefined
      ? 'its servers were not known'
      : `${serversOf(servers)} ${servers === 1 ? 'was' : 'were'} left on it`
  return `${were} when it was cancelled`
}

function stayDown(servers: number | undefined): string {
  if (servers === undefined) return ', and its servers, which are not known, stay down'
  return servers === 0 ? '' : `, and ${serversOf(servers)} stay down`
}

/**
 * The guards that hold it. Where no guard does, those that were asked before stand in it as they were: they count for nothing.
 * A lack of targets is told with the guards that hold beside it.
 */
function holding({ hold, guards = [] }: Pick<RecoveryView, 'hold' | 'guards'>): NonNullable<RecoveryView['guards']> {
  const closed = guards.filter(({ holds }) => holds)
  const isOfNow = hold?.code === 'no-target' || closed.some(({ guard }) => guard === hold?.guard)
  return isOfNow ? closed : []
}

function arming(view: RecoveryView): Way[] {
  const isObserved = view.hold?.code === 'observing' || holding(view).some(({ guard }) => guard === 'armed')
  return isObserved ? [way('arm', view.segment, 'it goes on within seconds, the power-off included')] : []
}

/** The service refuses an approval while a guard holds that none releases. */
function approving(view: RecoveryView): Way[] {
  const { hold, plan, host } = view
  const named = hold?.guard ?? (hold?.code === 'approval' ? 'approval' : undefined)
  const guards = holding(view)
  const isReleased = guards.some(({ guard, approvable }) => guard === named && approvable === true)
  const isDeaf = guards.some(({ approvable }) => approvable !== true)
  return plan !== undefined && isReleased && !isDeaf ? [way('approve', host, 'if the plan below is right')] : []
}

function vouching(view: RecoveryView): Way[] {
  const { hold, host, fencing = host, targets, proofs, plan } = view
  const isUnproven = hold?.code === 'not-fenced' || hold?.code === 'proof'
  const unproven = Object.entries(targets).flatMap(([name, { state }]) =>
    proofs[name] === undefined && (hold?.code === 'target' || state === 'lost' || state === 'failed') ? [name] : []
  )
  const doubtful = plan?.staying.filter(({ because }) => because === 'person') ?? []
  return [
    ...[...new Set([...(isUnproven ? [fencing] : []), ...unproven])].map(name => vouchFor(name, view)),
    ...doubtful.map(({ server, name }) =>
      way('vouch', `${host} --server ${server}`, `only if you have seen that ${name} runs nowhere`)
    )
  ]
}

/** A target is named: without that the word would be one about whatever is being fenced when it is heard. */
function vouchFor(name: string, view: RecoveryView): Way {
  const { host } = view
  const [about, it] = name === host ? [host, 'it'] : [`${host} --host ${name}`, name]
  return way(
    'vouch',
    about,
    view.hold?.retryHelps === false
      ? `switch ${it} off, see that it is off, then say so`
      : `only if you have seen that ${it} is off`
  )
}

function retrying(view: RecoveryView): Way[] {
  const { host, hold } = view
  return hold === undefined || hold.retryHelps === false
    ? []
    : [way('retry', host, retries[hold.code] ?? 'it looks again at once')]
}

function adopting({ hold, segment }: RecoveryView): Way[] {
  return hold?.code === 'no-target'
    ? [[`spares adopt ${segment}`, 'on the service\'s machine, when it has another spare (README, "After a recovery")']]
    : []
}
