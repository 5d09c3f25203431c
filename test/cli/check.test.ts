import { expect, test } from '@jest/globals'
import { summaryOf, wordOf } from '../../src/cli/check.ts'
import { checkAlarms } from '../../src/cli/check-alarms.ts'
import { checkCalendars } from '../../src/cli/check-calendars.ts'
import { checkEvidence } from '../../src/cli/check-evidence.ts'
import { checkFencing } from '../../src/cli/check-fencing.ts'
import { checkGuards } from '../../src/cli/check-guards.ts'
import { checkHostNames } from '../../src/cli/check-hosts.ts'
import { checkMembers } from '../../src/cli/check-segment.ts'
import { checkStore } from '../../src/cli/check-store.ts'
import { table } from '../../src/cli/table.ts'
import type { Probe } from '../../src/controller/ports/ports.ts'
import type { PowerReading } from '../../src/core/recovery.ts'
import { FencingError } from '../../src/errors.ts'
import type { FencingAgentConfig } from '../../src/fencing/fencing.ts'
import type { AuthConfig } from '../../src/http/auth.ts'
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

const redfish = (...names: string[]): Record<string, FencingAgentConfig> => ({
  bmc: {
    type: 'redfish',
    hosts: Object.fromEntries(names.map(name => [name, { uuid: `uuid-of-${name}` }]))
  } as unknown as FencingAgentConfig
})
const told = redfish('compute-01', 'compute-02', 'spare-1')

/** A world whose BMCs say what is told of them, and whose hosts report to Nova every 10 s as long as they are named. */
function worldThat(
  says: Readonly<Record<string, Partial<PowerReading> | FencingError>>,
  reporting: readonly string[] = []
): Parameters<typeof checkFencing>[1] {
  let nowMs = 1_000_000
  return {
    clock: {
      now: () => nowMs,
      async sleep(ms) {
        nowMs += ms
      }
    },
    cloud: {
      hosts: async () => ({
        atMs: nowMs,
        hosts: ['compute-01', 'compute-02', 'spare-1'].map(name =>
          host(name, { reportedAtMs: reporting.includes(name) ? Math.floor(nowMs / 10_000) * 10_000 : 990_000 })
        )
      })
    },
    fencing: {
      async read(agent, name) {
        const said = says[`${agent} ${name}`] ?? says[name] ?? {}
        if (said instanceof FencingError) throw said
        return { agent, method: 'redfish', power: 'on', atMs: nowMs, ...said }
      }
    }
  }
}

test('every BMC must answer as the right machine', async () => {
  const world = worldThat({
    'compute-02': new FencingError('identity', 'compute-02: its BMC is that of UUID 7, not 8')
  })
  const lines = await checkFencing(segment(), world, told)
  expect(lines[0]).toEqual({ name: 'rack-a fencing bmc', ok: false, detail: '2 of 3 BMCs answer as the right machine' })
  expect(lines[1]).toEqual({
    name: 'rack-a fencing bmc compute-02',
    ok: false,
    detail: 'compute-02: its BMC is that of UUID 7, not 8'
  })
})

test('what fails for all of them is told once, with their names', async () => {
  const refused = (name: string) =>
    new FencingError('refused', `${name}: https://10.0.0.${name.at(-1)} refuses user admin`)
  const world = worldThat({ 'compute-01': refused('compute-01'), 'compute-02': refused('compute-02') })
  expect(failures(await checkFencing(segment(), world, told))).toEqual([
    'rack-a fencing bmc: 1 of 3 BMCs answer as the right machine',
    'rack-a fencing bmc 2 hosts: compute-01, compute-02: {host}: https://… refuses user admin'
  ])
})

test('two hosts with the same BMC are found', async () => {
  const twice = worldThat({ 'compute-01': { identity: 'u-1' }, 'compute-02': { identity: 'u-1' } })
  const lines = await checkFencing(segment(), twice, told)
  expect(failures(lines)[1]).toMatch(/compute-02: it is the power of compute-01 too/)
})

test('a BMC whose machine nobody can tell fails: two that are swapped would look well', async () => {
  const world = worldThat({ 'compute-01': { identity: 'u-1' }, 'compute-02': { identity: 'u-2' } })
  const lines = await checkFencing(segment(), world, redfish('compute-01', 'spare-1'))
  expect(lines[0]).toMatchObject({ ok: false, detail: '2 of 3 BMCs answer as the right machine' })
  expect(failures(lines)[1]).toMatch(
    /compute-02: nobody can tell .* configure the host's uuid or serial \(it says u-2;/
  )
})

test('a command of which nobody checks whose machine it switches is a warning, and is not called right', async () => {
  const own = (...names: string[]): Record<string, FencingAgentConfig> => {
    const hosts = Object.fromEntries(names.map(name => [name, { identity: `outlet of ${name}` }]))
    return {
      bmc: { type: 'exec', command: ['/bin/pdu'], environment: {}, timeoutSeconds: 30, settleSeconds: 0, hosts }
    }
  }
  const [line] = await checkFencing(segment(), worldThat({}), own('compute-01'))
  expect(line).toMatchObject({ ok: true, warn: true })
  expect(line?.detail).toBe(
    '3 of 3 commands answer; nobody checks of which machine: no identity is configured for compute-02, spare-1'
  )
  const [well] = await checkFencing(segment(), worldThat({}), own('compute-01', 'compute-02', 'spare-1'))
  expect(well).toEqual({ name: 'rack-a fencing bmc', ok: true, detail: '3 of 3 commands answer as the right machine' })
})

test('one that says off of a host that reports fails: its word would be the proof for a host that runs', async () => {
  const world = worldThat({ 'compute-01': { power: 'off' } }, ['compute-01', 'compute-02', 'spare-1'])
  expect(failures(await checkFencing(segment(), world, told))).toEqual([
    'rack-a fencing bmc: 2 of 3 BMCs answer as the right machine',
    expect.stringMatching(
      /^rack-a fencing bmc compute-01: it says off while nova-compute of the host goes on reporting/
    )
  ])
})

test('one that says off of a host that does not report may be right', async () => {
  const world = worldThat({ 'compute-01': { power: 'off' } }, ['compute-02', 'spare-1'])
  expect(failures(await checkFencing(segment(), world, told))).toEqual([])
})

test('one feed of two may be off while the host reports; both may not', async () => {
  const feeds = segment({ fencing: [{ agents: ['a', 'b'], timeoutMs: 90_000, retries: 2 }] })
  const configured = { a: told.bmc!, b: told.bmc! }
  const all = ['compute-01', 'compute-02', 'spare-1']
  const one = worldThat({ 'a compute-01': { power: 'off' } }, all)
  expect(failures(await checkFencing(feeds, one, configured))).toEqual([])
  const both = worldThat({ 'compute-01': { power: 'off' } }, all)
  expect(failures(await checkFencing(feeds, both, configured))).toHaveLength(4)
})

test('who is asked only as evidence of a death must not say off of a host that reports either', async () => {
  const asked = segment({ power: { agent: 'other', timeoutMs: 5000 } })
  const world = worldThat({ 'other compute-02': { power: 'off' } }, ['compute-02'])
  expect(failures(await checkFencing(asked, world, { ...told, other: told.bmc! }))[1]).toMatch(
    /^rack-a fencing other compute-02: it says off/
  )
})

test('waived fencing is said and asks nobody', async () => {
  const lines = await checkFencing(
    segment({ fencing: 'waived' }),
    worldThat({ 'compute-01': new FencingError('refused', 'never asked') }),
    {}
  )
  expect(lines).toEqual([{ name: 'rack-a fencing none', ok: true, detail: expect.stringContaining('waived') }])
})

test('a minimum of sources that only a host without power can reach is a warning', async () => {
  const probe: Probe = { ask: async () => ({ says: 'alive', detail: '' }) }
  const lineFor = async (sourcesMin: number) => {
    const { settings } = segment()
    const wanted = segment({
      settings: { ...settings, confirm: { ...settings.confirm, sourcesMin } },
      alive: [{ kind: 'ssh', port: 22, hosts: {} }],
      power: { agent: 'bmc', timeoutMs: 5000 }
    })
    return (await checkEvidence(wanted, well.reading, {}, probe))[0]
  }
  expect(await lineFor(2)).toEqual({
    name: 'rack-a evidence',
    ok: true,
    detail: "2 of 3 must speak for a host's death: Nova, the network (ssh:22), the BMC (bmc)"
  })
  expect(await lineFor(3)).toMatchObject({ ok: true, warn: true, detail: expect.stringContaining('says on') })
})

test('hosts without an alarm are a warning, and a failure where each is to have one', () => {
  const how = { auth: { alarms: { tokens: [] }, operators: { tokens: [] } } as unknown as AuthConfig }
  expect(checkAlarms(segment(), [], { ...how, isWanted: false })).toMatchObject({ ok: true, warn: true })
  expect(checkAlarms(segment(), [], { ...how, isWanted: true })).toMatchObject({ ok: false })
})

test('a warning is no failure, and is shown as one', () => {
  const [line] = [{ name: 'a', ok: true, warn: true as const, detail: '' }]
  expect(wordOf(line)).toBe('warning')
  expect(summaryOf([line])).toBe('none failed, 1 warning')
  expect(summaryOf([{ name: 'a', ok: true, detail: '' }])).toBe('all well')
  expect(summaryOf([line, { name: 'a', ok: false, detail: '' }])).toBe('1 failed, 1 warning')
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
