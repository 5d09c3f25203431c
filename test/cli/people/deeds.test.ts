import { afterEach, expect, test } from '@jest/globals'
import { showArming, switchArming } from '../../../src/cli/people/arm.ts'
import { recover } from '../../../src/cli/people/recover.ts'
import { resolve } from '../../../src/cli/people/resolve.ts'
import { say, type Word } from '../../../src/cli/people/say.ts'
import type { NewCommand, StoredEvent, StoredRecovery } from '../../../src/controller/ports/ports.ts'
import { obey } from '../../../src/core/obey.ts'
import type { Recovery } from '../../../src/core/recovery.ts'
import { CloudError, StoreUnavailable } from '../../../src/errors.ts'
import { dryRun, recovery, signal, stored, timeline } from '../../http/samples.ts'
import { paper, speak } from './speak.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

type Told = Pick<StoredEvent, 'text' | 'data'>

/** A service whose recovery answers a word by these lines of its timeline. */
async function answering(answers: readonly Told[], { unread = 0, of = recovery, then }: How = {}) {
  const commands: NewCommand[] = []
  let failuresLeft = unread
  const events = async (): Promise<StoredEvent[]> => {
    if (commands.length === 0) return timeline
    if (failuresLeft-- > 0) throw new StoreUnavailable('it is elected anew')
    const old = { recovery: 'r-1', seq: 2, atMs: 1, kind: 'note', actor: 'x', text: 'old' }
    const lines = answers.map((told, index) => ({ ...old, seq: 3 + index, kind: 'command', ...told }))
    return [...timeline, old, ...lines]
  }
  const command = async (given: NewCommand) => {
    commands.push(given)
    return 'accepted' as const
  }
  const one: StoredRecovery = { ...stored, recovery: of }
  const after = then === undefined ? one : { ...one, recovery: { ...of, phase: then }, closedAtMs: 1 }
  const { client } = await speak(undo, {
    service: { command },
    store: {
      events,
      recovery: async () => (commands.length === 0 ? one : after),
      recoveries: async () => ({ items: [one] })
    }
  })
  return { client, commands }
}

interface How {
  /** So many looks after the word fail. */
  readonly unread?: number
  readonly of?: Recovery
  /** How it has ended by the first look after the word. */
  readonly then?: Recovery['phase']
}

const done = (command: Word, text = 'alice says so: I looked'): Told => ({ text, data: { command, refused: false } })
const refused = (command: Word, text: string): Told => ({ text, data: { command, refused: true } })

const saying = { reason: 'I looked', yes: true, err: paper().out, followMs: 50 }

test.each<[Word, object, object]>([
  ['approve', {}, {}],
  ['retry', { seen: 5 }, { version: 5 }],
  ['cancel', {}, {}],
  ['vouch', {}, { host: 'compute-01' }],
  ['vouch', { host: 'spare-1' }, { host: 'spare-1' }],
  ['vouch', { server: 'vm-1' }, { server: 'vm-1' }]
])('%s %j says the version that was seen, and tells what became of it', async (word, more, sent) => {
  const { client, commands } = await answering([done(word, 'alice says so about vm-1: I looked')])
  const { text, ...output } = paper()
  expect(await say(client, word, 'compute-01', { ...output, ...saying, ...more })).toBe(true)
  expect(commands).toEqual([{ recovery: 'r-1', kind: word, actor: 'alice', reason: 'I looked', version: 7, ...sent }])
  const mind =
    'MIND: 3 servers of compute-01 have not moved, and nothing moves them then: switchover recover compute-01\n'
  expect(text()).toBe(
    `${word === 'cancel' ? mind : ''}alice says so about web: I looked\ncompute-01 is held now: switchover show compute-01\n`
  )
})

test('without another word a vouch is about what is being fenced, as it was asked', async () => {
  const hold = { code: 'not-fenced', reason: 'x', releasedBy: 'person' } as const
  const of = { ...recovery, phase: { state: 'held', from: 'fencing', fencing: 'spare-1', hold } as const }
  const { client, commands } = await answering([done('vouch')], { of })
  await say(client, 'vouch', 'compute-01', { ...paper(), ...saying })
  expect(commands).toMatchObject([{ kind: 'vouch', host: 'spare-1' }])
})

test('a word that is refused later, and one that nobody obeys, are failures', async () => {
  const no = await answering([refused('retry', 'retry of alice refused: it is moving')])
  const first = paper()
  expect(await say(no.client, 'retry', 'compute-01', { ...first, ...saying })).toBe(false)
  expect(first.text()).toBe('retry of alice refused: it is moving\n')
  const unheard = await answering([done('cancel')])
  const second = paper()
  expect(await say(unheard.client, 'retry', 'compute-01', { ...second, ...saying })).toBe(false)
  expect(second.text()).toMatch(/^it is written down, and nobody has obeyed it within 0\.05 s/)
})

test('a word that the end of its recovery has overtaken is told as too late, one that ended it as obeyed', async () => {
  const { client } = await answering([], { then: { state: 'recovered' } })
  const { text, ...output } = paper()
  expect(await say(client, 'retry', 'compute-01', { ...output, ...saying })).toBe(false)
  expect(text()).toBe('too late: it had ended as recovered: switchover show compute-01\n')
  const obeyed = await answering([done('cancel')], { then: { state: 'cancelled', reason: 'alice: I looked' } })
  expect(await say(obeyed.client, 'cancel', 'compute-01', { ...paper(), ...saying })).toBe(true)
})

test('what a cancel leaves is reckoned anew of a recovery that has moved on, and told where it is not known', async () => {
  const { plan: _, ...unplanned } = { ...recovery, servers: [] }
  let said = 0
  const command = async () => (said++ === 0 ? ('stale' as const) : { recovery: 'r-2' })
  const { client } = await speak(undo, {
    service: { command },
    store: {
      steps: async () => [],
      recovery: async () => ({ ...stored, version: 7 + said, recovery: said === 0 ? unplanned : recovery })
    }
  })
  const { text, ...output } = paper()
  expect(await say(client, 'cancel', 'compute-01', { ...output, ...saying })).toBe(true)
  expect(text()).toMatch(
    /^MIND: the servers of compute-01 are not known, and .*: switchover recover compute-01\nMIND: 4 servers of compute-01 have not moved, .*\na new /
  )
})

test('in JSON what came to nothing is told beside it, and what a cancel leaves is told before', async () => {
  const no = await answering([refused('retry', 'retry of alice refused: it is moving')])
  const [output, errors] = [paper(true), paper()]
  expect(await say(no.client, 'retry', 'compute-01', { ...output, ...saying, err: errors.out })).toBe(false)
  expect(JSON.parse(output.text())).toMatchObject({ command: 'retry', recovery: 'r-1' })
  expect(errors.text()).toBe('retry of alice refused: it is moving\n')
  const [yes, none] = [await answering([done('cancel')]), paper()]
  expect(await say(yes.client, 'cancel', 'compute-01', { ...paper(true), ...saying, err: none.out })).toBe(true)
  expect(none.text()).toMatch(/^MIND: .*\n$/)
})

test('a word is followed over a service that can not be read for a while, and never told as lost', async () => {
  const soon = await answering([done('retry')], { unread: 1 })
  expect(await say(soon.client, 'retry', 'compute-01', { ...paper(), ...saying, followMs: 60_000 })).toBe(true)
  const never = await answering([done('retry')], { unread: 1000 })
  const { text, ...output } = paper()
  expect(await say(never.client, 'retry', 'compute-01', { ...output, ...saying })).toBe(false)
  expect(text()).toMatch(
    /^it is written down, and what became of it could not be read \(.+\): switchover show compute-01/
  )
})

test('the same word of another person at that moment is not taken for one’s own', async () => {
  const { client } = await answering([
    done('retry', 'bob asks to try again: I mended it'),
    refused('retry', 'retry of alice refused: the recovery had moved on since; look again')
  ])
  const { text, ...output } = paper()
  expect(await say(client, 'retry', 'compute-01', { ...output, ...saying })).toBe(false)
  expect(text()).toMatch(/^retry of alice refused/)
})

test.each<Word>(['approve', 'vouch', 'retry', 'cancel'])('what is obeyed ends with its reason: %s', kind => {
  const guards = [{ ...recovery.guards![0]!, guard: 'approval' as const, holds: true, approvable: true }]
  const hold = { code: kind === 'approve' ? 'approval' : 'proof', reason: 'x', releasedBy: 'person' } as const
  const held: Recovery = { ...recovery, guards, phase: { state: 'held', from: 'moving', hold } }
  const order = { kind, actor: 'alice', reason: 'I looked', version: 7 }
  const said = obey(held, 7, order, { nowMs: 1, approvalMs: 1, steps: [] })
  expect(said).toMatchObject({ said: expect.stringMatching(/: I looked$/) })
})

test('what was approved is what was seen: the service’s own word on a version that is over', async () => {
  const { client } = await speak(undo, { service: { command: async () => 'stale' } })
  const output = paper()
  await expect(say(client, 'approve', 'compute-01', { ...output, ...saying, seen: 6 })).rejects.toThrow(
    'The recovery is no longer as in version 6. Read it again, then decide.'
  )
})

test('a cancel or a retry means the recovery as it is: it is said anew of one that has moved on', async () => {
  const commands: NewCommand[] = []
  const recoveryOf = async () => ({ ...stored, version: 7 + commands.length })
  const command = async (given: NewCommand) => {
    commands.push(given)
    return commands.length < 3 ? ('stale' as const) : { recovery: 'r-2' }
  }
  const { client } = await speak(undo, { service: { command }, store: { recovery: recoveryOf } })
  expect(await say(client, 'cancel', 'compute-01', { ...paper(), ...saying })).toBe(true)
  expect(commands.map(({ version }) => version)).toEqual([7, 8, 9])
  const given = { ...paper(), ...saying }
  const { client: never } = await speak(undo, { service: { command: async () => 'stale' } })
  await expect(say(never, 'retry', 'compute-01', given)).rejects.toThrow('no longer as in version 7')
  const { client: seen } = await speak(undo, { service: { command: async () => 'stale' } })
  await expect(say(seen, 'cancel', 'compute-01', { ...given, seen: 3 })).rejects.toThrow('no longer as in version 3')
})

test.each([
  ['partial', 'cancel', 'To go on with what it has left: switchover retry compute-01'],
  ['cancelled', 'vouch', 'To report the host: switchover recover compute-01'],
  ['recovered', 'retry', 'To report the host: switchover recover compute-01']
] as const)(
  'of a recovery that is %s nothing is said by %s, and it is told what can be',
  async (state, word, advice) => {
    const phase = state === 'recovered' ? { state } : { state, reason: 'x' }
    const one = { ...stored, recovery: { ...recovery, phase }, closedAtMs: 1 }
    const { client } = await speak(undo, { store: { recovery: async () => one } })
    await expect(say(client, word, 'compute-01', { ...paper(), ...saying })).rejects.toThrow(
      `The recovery has ended: compute-01 is ${state}. ${advice}`
    )
  }
)

test('the retry of a partial recovery names the new one', async () => {
  const { client } = await speak(undo, { service: { command: async () => ({ recovery: 'r-2' }) } })
  const { text, ...output } = paper()
  expect(await say(client, 'retry', 'compute-01', { ...output, ...saying })).toBe(true)
  expect(text()).toBe('a new recovery of compute-01 goes on with it: switchover show r-2\n')
})

test('what may end servers is shown, and nothing is said where there is nobody to ask', async () => {
  const { client, commands } = await answering([])
  for (const word of ['approve', 'vouch'] as const) {
    const { text, ...output } = paper()
    await expect(say(client, word, 'compute-01', { ...output, ...saying, yes: false })).rejects.toThrow(
      'there is nobody to ask: add --yes'
    )
    expect(text()).toMatch(/why +The BMC reads On\.\n.*plan +2 servers to spare-1/s)
    await expect(say(client, word, 'compute-01', { ...paper(true), ...saying, yes: false })).rejects.toThrow(
      'add --yes'
    )
  }
  const output = paper()
  await expect(switchArming(client, { ...output, armed: true, reason: 'x', yes: false })).rejects.toThrow('add --yes')
  await expect(switchArming(client, { ...output, armed: null, reason: 'x', yes: false })).rejects.toThrow('add --yes')
  expect(output.text()).toMatch(/^held now +compute-01 +proof +The BMC reads On\.\n/)
  await expect(
    recover(client, 'compute-01', { ...paper(), reason: 'x', dryRun: false, all: false, yes: false })
  ).rejects.toThrow('add --yes')
  expect(commands).toEqual([])
})

test('arming is switched for all or one segment, or given back, and what counts then is shown', async () => {
  const changes: object[] = []
  const setArming = async (change: object, actor: string, reason: string) => {
    changes.push({ ...change, actor, reason })
    return { armed: true, segments: { 'rack-a': false }, actor, reason, atMs: Date.now() }
  }
  const { client } = await speak(undo, { service: { setArming } })
  const { text, ...output } = paper()
  const how = { ...output, reason: 'reviewed', yes: true }
  expect(await switchArming(client, { ...how, armed: true })).toBe(true)
  await switchArming(client, { ...how, armed: false, yes: false, segment: 'rack-a' })
  await switchArming(client, { ...how, armed: null, segment: 'rack-a' })
  const by = { actor: 'alice', reason: 'reviewed' }
  expect(changes).toEqual([
    { armed: true, ...by },
    { segments: { 'rack-a': false }, ...by },
    { segments: { 'rack-a': null }, ...by }
  ])
  expect(text()).toMatch(
    /^segments +rack-a +observes +by the word for this segment\nlast word +alice, \d+ s ago: reviewed\nMIND rack-a: it has a word of its own, which this does not change: switchover arm rack-a /
  )
  const own = async () => ({ segments: { 'rack-a': true }, armed: false, actor: 'alice', reason: 'x', atMs: 1 })
  const { client: stubborn } = await speak(undo, { service: { setArming: own } })
  const told = paper()
  expect(await switchArming(stubborn, { ...how, ...told, armed: false })).toBe(false)
  expect(told.text()).toMatch(/MIND rack-a: it has a word of its own, .*: switchover disarm rack-a /)
  expect(await switchArming(stubborn, { ...how, ...told, armed: true })).toBe(true)
  await expect(switchArming(client, { ...how, armed: true, segment: 'rack-z' })).rejects.toThrow(
    'No such segment: rack-z.'
  )
  const seen = paper()
  await showArming(client, seen)
  expect(seen.text()).toMatch(
    /^segments +rack-a +armed +by the word for this segment\nlast word +alice, .* ago: first week\n$/
  )
})

test('a host is reported after what would happen was shown; a dry run only shows it', async () => {
  const { client, received } = await speak(undo)
  const how = { dryRun: false, all: false, yes: true, reason: 'smoke' }
  const said = paper()
  expect(await recover(client, 'compute-01', { ...said, ...how })).toBe(true)
  expect(said.text()).toBe('opened; switchover show compute-01\n')
  expect(received).toMatchObject([{ source: 'manual', host: 'compute-01', reason: 'smoke' }])
  const dry = paper()
  expect(await recover(client, 'compute-01', { ...dry, ...how, dryRun: true })).toBe(true)
  expect(dry.text()).toMatch(/^compute-01 +of rack-a, if it died now: would move 2 servers to spare-1\n/)
  expect(dry.text()).toMatch(/\nguards +HOLDS +armed +rack-a is only observed \[armed false\]\n/)
  const json = paper(true)
  await expect(recover(client, 'compute-01', { ...json, ...how, yes: false })).rejects.toThrow(
    'with --json nobody is asked: add --yes (or --dry-run)'
  )
  expect([json.text(), received.length]).toEqual(['', 1])
  await recover(client, 'compute-01', { ...json, ...how, yes: false, dryRun: true })
  expect(JSON.parse(json.text())).toMatchObject({ summary: 'would move 2 servers to spare-1' })
  await expect(recover(client, 'compute-01', { ...paper(), dryRun: false, all: false, yes: true })).rejects.toThrow(
    'say why: --reason'
  )
  await expect(recover(client, 'node-9', { ...paper(), ...how, yes: false })).rejects.toThrow(
    'No segment has the host node-9.'
  )
  await expect(recover(client, 'comptue-01', { ...paper(), ...how })).rejects.toThrow(
    'No segment has the host comptue-01. The segments are rack-a; switchover status --json lists their hosts. Did you mean compute-01?'
  )
})

test('before a host that is well and empty is reported it is said that nothing comes of it', async () => {
  const observations = [{ source: 'ssh:22', way: 'network' as const, says: 'alive' as const, detail: 'x', atMs: 1 }]
  const evidence = { ...recovery.evidence!, verdict: 'unknown' as const, observations }
  const plan = { ...recovery.plan!, moves: [], staying: [] }
  const { client } = await speak(undo, { service: { dryRun: async () => ({ ...dryRun, evidence, plan }) } })
  const { text, ...output } = paper()
  await recover(client, 'compute-01', { ...output, dryRun: true, all: false, yes: false })
  expect(text()).toMatch(
    /^compute-01 +of rack-a, .*\n +as things are it answers: a report of it would be dismissed\n +no server is on it\n/
  )
})

test('that nobody can tell what would happen does not keep a host from being reported', async () => {
  const away = async () => {
    throw new CloudError('unreachable', 'Nova is away')
  }
  const { client } = await speak(undo, { service: { dryRun: away } })
  const { text, ...output } = paper()
  const reporting = { ...output, dryRun: false, all: false, yes: false, reason: 'smoke' }
  await expect(recover(client, 'compute-01', reporting)).rejects.toThrow('there is nobody to ask')
  expect(text()).toMatch(/^what would happen can't be told now: /)
  await expect(recover(client, 'compute-01', { ...reporting, dryRun: true })).rejects.toThrow(/OpenStack/)
})

test('a signal that names no host is shown, and given one after asking', async () => {
  const because = 'node-9 belongs to no segment'
  const lost = {
    ...signal,
    receivedAtMs: Date.now() - 150_000,
    host: 'node-9',
    outcome: 'unresolved',
    because
  } as const
  const asked: object[] = []
  const signals = async (query: { readonly outcome?: string; readonly cursor?: string }) => {
    asked.push(query)
    if (query.outcome !== 'unresolved') return { items: [] }
    return query.cursor === undefined ? { items: [{ ...lost, id: 's-2' }], cursor: 'more' } : { items: [lost] }
  }
  const { client } = await speak(undo, { store: { signals } })
  const { text, ...output } = paper()
  await expect(resolve(client, 's-1', 'compute-01', { ...output, yes: false })).rejects.toThrow(
    'there is nobody to ask'
  )
  expect(text()).toMatch(
    /^signal +alarm host-down says alarm, 2 min ago \(.* UTC\), by aodh\nhost +node-9: node-9 belongs to no segment\ntraits +host compute-01\n$/
  )
  expect(asked).toMatchObject([{ outcome: 'unresolved' }, { outcome: 'unresolved', cursor: 'more' }])
  await expect(resolve(client, 's-9', 'compute-01', { ...output, yes: false })).rejects.toThrow(
    'no signal s-9 waits for a host'
  )
  const sure = paper()
  expect(await resolve(client, 's-1', 'compute-01', { ...sure, yes: true })).toBe(true)
  expect(sure.text()).toBe('opened; switchover show compute-01\n')
  await expect(resolve(client, 's-9', 'compute-01', { ...output, yes: true })).rejects.toThrow(
    'There is no signal s-9.'
  )
  await expect(resolve(client, 's-1', 'compute-01', { ...paper(true), yes: false })).rejects.toThrow('add --yes')
})
