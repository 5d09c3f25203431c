import { expect, test } from '@jest/globals'
import { checkCalendars } from '../../src/cli/check-calendars.ts'
import { checkEvidence } from '../../src/cli/check-evidence.ts'
import { checkFencing } from '../../src/cli/check-fencing.ts'
import { checkGuards } from '../../src/cli/check-guards.ts'
import { checkHostNames } from '../../src/cli/check-hosts.ts'
import { checkMembers } from '../../src/cli/check-segment.ts'
import { checkStore } from '../../src/cli/check-store.ts'
import { table } from '../../src/cli/table.ts'
import type { Fencing, Probe } from '../../src/controller/ports/ports.ts'
import { FencingError } from '../../src/errors.ts'
import { cloudWith, facts, host, segment, spare } from './world.ts'

const well = facts(host('compute-01'), host('compute-02'), spare('spare-1'))
const failures = (lines: readonly { name: string; ok: boolean; detail: string }[]) =>
  lines.filter(line => !line.ok).map(({ name, detail }) => `${name}: ${detail}`)

test('a segment that is what it should be takes a line for its hosts and one for each spare', async () => {
  expect(await checkMembers(segment(), well, cloudWith())).toEqual([
    { name: 'rack-a hosts', ok: true, detail: '2 of 2 enabled and up' },
    { name: 'rack-a spare spare-1', ok: true, detail: 'disabled by us, up and empty' }
  ])
})

test('it says whether the segment would act, and which hosts no failure domain limits', () => {
  const policy = (armed: boolean, key?: string) => ({
    armed: () => armed,
    ...(key !== undefined && { domain: { key, hostsDown: 1, recoveriesPerHour: 1 } })
  })
  const racks = [{ id: 1, name: 'r1', hosts: ['compute-01'], metadata: { rack: 'r1' } }]
  expect(checkGuards(segment(), policy(true), racks)).toEqual([
    { name: 'rack-a armed', ok: true, detail: "armed by the file; the API's word wins over it" }
  ])
  const [observing, domains] = checkGuards(segment(), policy(false, 'rack'), racks)
  expect(observing?.detail).toMatch(/^only observes by the file/)
  expect(domains).toMatchObject({ ok: false, detail: expect.stringContaining('has compute-02') })
  const all = [{ id: 1, name: 'r1', hosts: [...segment().hosts], metadata: { rack: 'r1' } }]
  expect(checkGuards(segment(), policy(false, 'rack'), all)[1]?.ok).toBe(true)
})

test('each host that cannot be protected is named with the reason', async () => {
  const names = ['gone', 'down', 'held', 'off', 'metal']
  const world = {
    ...facts(
      host('down', { state: 'down' }),
      host('held', { forcedDown: true, disabledReason: 'disk' }),
      host('off', { status: 'disabled', disabledReason: 'repair' }),
      host('metal'),
      spare('spare-1')
    ),
    bareMetal: ['metal']
  }
  expect(failures(await checkMembers(segment({ hosts: names }), world, cloudWith()))).toEqual([
    'rack-a host gone: Nova lists no such nova-compute (it has down, held, off, metal, spare-1)',
    'rack-a host down: Nova calls it down',
    'rack-a host held: is forced down ("disk")',
    'rack-a host off: is disabled ("repair")',
    'rack-a host metal: is a host of bare metal (Ironic), whose servers cannot be moved'
  ])
})

test.each([
  [
    'enabled',
    host('spare-1'),
    {},
    'is enabled, so the scheduler fills it: move its servers away, if it has any, then switchover spares adopt rack-a'
  ],
  ['disabled by others', spare('spare-1', { disabledReason: 'repair' }), {}, 'was disabled by others ("repair")'],
  ['disabled without a reason', host('spare-1', { status: 'disabled' }), {}, 'was disabled by others'],
  ['down', spare('spare-1', { state: 'down' }), {}, 'Nova calls it down'],
  ['not empty', spare('spare-1'), { 'spare-1': 2 }, 'runs 2 servers already']
])('a spare that is %s is no spare', async (_what, found, counts, because) => {
  const lines = await checkMembers(
    segment({ hosts: ['compute-01'] }),
    facts(host('compute-01'), found),
    cloudWith(counts)
  )
  expect(failures(lines)).toEqual([`rack-a spare spare-1: ${because}`])
})

test('a segment without hosts or spares fails, unless it needs no spares', async () => {
  expect(failures(await checkMembers(segment({ hosts: [], spares: [] }), well, cloudWith()))).toHaveLength(2)
  const auto = segment({ spares: [], settings: { ...segment().settings, method: 'auto' } })
  expect(failures(await checkMembers(auto, well, cloudWith()))).toEqual([])
})

const fencingThat = (identities: Readonly<Record<string, string | FencingError>>): Pick<Fencing, 'read'> => ({
  async read(agent, name) {
    const identity = identities[name]
    if (identity === undefined) return { agent, method: 'redfish', power: 'on', atMs: 0 }
    if (typeof identity !== 'string') throw identity
    return { agent, method: 'redfish', power: 'on', atMs: 0, identity }
  }
})

test('every BMC must answer as the right machine', async () => {
  const fencing = fencingThat({
    'compute-02': new FencingError('identity', 'compute-02: its BMC is that of UUID 7, not 8')
  })
  const lines = await checkFencing(segment(), fencing, () => true)
  expect(lines[0]).toEqual({ name: 'rack-a fencing bmc', ok: false, detail: '2 of 3 BMCs answer as the right machine' })
  expect(lines[1]).toEqual({
    name: 'rack-a fencing bmc compute-02',
    ok: false,
    detail: 'compute-02: its BMC is that of UUID 7, not 8'
  })
})

test('two hosts with the same BMC are found', async () => {
  const twice = fencingThat({ 'compute-01': 'u-1', 'compute-02': 'u-1' })
  const lines = await checkFencing(segment(), twice, () => true)
  expect(failures(lines)[1]).toMatch(/compute-02: its BMC is that of compute-01 too/)
})

test('a BMC whose machine nobody can tell fails: two that are swapped would look well', async () => {
  const fencing = fencingThat({ 'compute-01': 'u-1', 'compute-02': 'u-2' })
  const lines = await checkFencing(segment(), fencing, (_agent, host) => host !== 'compute-02')
  expect(lines[0]).toMatchObject({ ok: false, detail: '2 of 3 BMCs answer as the right machine' })
  expect(failures(lines)[1]).toMatch(
    /compute-02: nobody can tell .* configure the host's uuid or serial \(it says u-2;/
  )
})

test('waived fencing is said and asks nobody', async () => {
  const lines = await checkFencing(
    segment({ fencing: 'waived' }),
    fencingThat({ 'compute-01': new FencingError('refused', 'never asked') }),
    () => false
  )
  expect(lines).toEqual([{ name: 'rack-a fencing none', ok: true, detail: expect.stringContaining('waived') }])
})

test('a host that is up must be heard by its signs of life; one that is down need not', async () => {
  const probe: Probe = {
    ask: async (_source, name) =>
      name === 'compute-01' ? { says: 'silent', detail: 'no answer' } : { says: 'alive', detail: '' }
  }
  const wanted = segment({ alive: [{ kind: 'ssh', port: 22, hosts: {} }] })
  expect(failures(await checkEvidence(wanted, well.reading, {}, probe))).toEqual([
    'rack-a alive ssh:22: 1 of 2 hosts that are up answer',
    'rack-a alive ssh:22 compute-01: silent: no answer'
  ])
  const down = facts(host('compute-01', { state: 'down' }), host('compute-02')).reading
  expect(failures(await checkEvidence(wanted, down, {}, probe))).toEqual([])
})

test('a sign of life that cannot be asked is told, once where it is the same for every host', async () => {
  const unknown = (detail: string) => ({ says: 'unknown', detail }) as const
  const probe: Probe = {
    ask: async ({ kind }, name) => {
      if (kind === 'icmp') return unknown("ping can't be started: spawn ping ENOENT")
      return name === 'compute-01' ? unknown('no address of compute-01 is known') : { says: 'alive', detail: '' }
    }
  }
  const exec = { kind: 'exec', name: 'storage', command: ['/bin/hb', '{address}'], hosts: {} } as const
  const wanted = segment({ alive: [{ kind: 'icmp', hosts: {} }, exec] })
  expect(failures(await checkEvidence(wanted, well.reading, {}, probe))).toEqual([
    "rack-a alive icmp: tells nothing of any host: ping can't be started: spawn ping ENOENT",
    'rack-a alive exec:storage: 1 of 2 hosts that are up answer',
    'rack-a alive exec:storage compute-01: tells nothing: no address of compute-01 is known'
  ])
})

test('a store that cannot be written is found without being made', async () => {
  expect(await checkStore('file:/proc/nowhere/switchover.db')).toMatchObject([{ ok: false }])
  expect(await checkStore('file::memory:')).toMatchObject([{ ok: true }])
})

test('each calendar says whether it is open now, by which clock, and if it never opens again', () => {
  const calendars = {
    freeze: [{ from: '2025-12-20', to: '2026-01-04 06:00' }],
    nights: [
      { from: '2025-12-20', to: '2026-01-04' },
      { from: '22:00', to: '06:00' }
    ],
    none: []
  }
  const lines = checkCalendars({ zone: 'Europe/Berlin', calendars }, Date.UTC(2026, 11, 24, 22, 5))
  const now = 'thu 2026-12-24 23:05 by the clock of Europe/Berlin (timezone)'
  expect(lines).toEqual([
    {
      name: 'calendar freeze',
      ok: true,
      warn: true,
      detail: `closed now, ${now}; all its dates are over, so it never opens again`
    },
    { name: 'calendar nights', ok: true, detail: `open now, ${now}` },
    { name: 'calendar none', ok: true, warn: true, detail: `closed now, ${now}; it has no window, so it never opens` }
  ])
})

test('settings of a host that Nova does not list are named, with whom they may be meant for', () => {
  const fencing = { bmc: { type: 'exec', hosts: { 'compute-O1': {}, 'compute-02': {}, 'compute-12': {} } } } as never
  const alive = [{ kind: 'ssh', port: 22, hosts: { 'compute-02': '10.0.0.2', other: '10.0.0.3' } }] as const
  const lines = checkHostNames({ fencing }, [{ name: 'rack-a', alive }], ['compute-01', 'compute-02'])
  const missing = (names: string) => `Nova lists no host ${names}: what is set for it counts for nobody`
  expect(lines).toEqual([
    {
      ...{ name: 'fencing bmc hosts', ok: true, warn: true },
      detail: missing('compute-O1 (did you mean "compute-01"?), compute-12')
    },
    { name: 'rack-a alive ssh:22 hosts', ok: true, warn: true, detail: missing('other') }
  ])
})

test('columns are as wide as they must be', () => {
  expect(
    table([
      ['ok', 'a', 'x'],
      ['FAILED', 'bb', '']
    ])
  ).toBe('ok      a   x\nFAILED  bb\n')
})
