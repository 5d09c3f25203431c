import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { type Config, loadConfig, parseConfig } from '../src/config.ts'
import { ConfigError } from '../src/errors.ts'
import { defaultHostEventTypes } from '../src/http/aodh-body.ts'

const secret = 'a-secret-of-24-letters!!'
const other = 'another-secret-of-letters'
const env = {
  ALARM_TOKEN: secret,
  ALICE_TOKEN: other,
  BMC_PASSWORD: 'calvin',
  HOOK_SECRET: 'a-third-secret-of-letters'
}

type Fields = Record<string, unknown>
const segment = (more: Fields = {}): Fields => ({
  name: 'rack-a',
  hosts: { names: ['compute-01'] },
  spares: { names: ['compute-09'] },
  storage: 'shared',
  fencing: ['none'],
  ...more
})
const minimal = (more: Fields = {}): Fields => ({
  auth: {
    alarms: { tokens: [{ name: 'aodh', secret }] },
    operators: { tokens: [{ name: 'alice', secret: other, role: 'operator' }] }
  },
  segments: [segment()],
  ...more
})
const outlet: Fields = { type: 'exec', command: ['/usr/local/sbin/pdu'] }
const redfish = (more: Fields = {}): Fields => ({
  type: 'redfish',
  url: 'https://{host}-bmc',
  user: 'ops',
  password: 'calvin',
  ...more
})
const parse = (file: unknown, variables = {}): Config =>
  parseConfig('test.yaml', typeof file === 'string' ? file : stringify(file), variables)

function mistakesOf(file: unknown, variables = {}): readonly string[] {
  try {
    parse(file, variables)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
}

test('the example is valid', () => {
  const config = loadConfig(join(import.meta.dirname, '../deploy/switchover.example.yaml'), env)
  expect(config.segments[0]).toEqual({
    name: 'rack-a',
    hosts: { aggregate: 'rack-a' },
    spares: { names: ['compute-19', 'compute-20'] },
    settings: {
      method: 'reserved_host',
      storage: 'shared',
      allowLocalDiskLoss: false,
      confirm: { downMs: 20_000, timeoutMs: 120_000, sourcesMin: 1, computeDown: 'hold', degraded: 'hold' },
      evacuate: { perTarget: 20, moveTimeoutMs: 600_000, attempts: 2, spread: 'fewest', moveUnusual: true }
    },
    alive: [{ kind: 'ssh', port: 22, hosts: {}, timeoutMs: 3000 }],
    novaTimeoutMs: 30_000,
    fencing: [{ agents: ['rack-a-redfish'], timeoutMs: 90_000, retries: 2 }],
    approval: 'none',
    limits: {
      ...{ recoveriesPerHour: 1, hostsDownPercent: 30, quietMs: 600_000 },
      ...{ failuresPerHost: 2, failuresWindowMs: 86_400_000 }
    }
  })
  expect(config.retention).toEqual({ signalsMs: 90 * 86_400_000, recoveriesMs: 2 * 365 * 86_400_000 })
  expect(config.auth.alarms.tokens).toEqual([{ name: 'aodh', secret }])
})

test('the example leaves nothing at another value than its default', () => {
  const example = loadConfig(join(import.meta.dirname, '../deploy/switchover.example.yaml'), env)
  const { listen, storeUrl, armed, limits, leaseMs, retention, metricsOpen, logLevel, hostEventTypes } = parse(
    minimal()
  )
  expect({ listen, storeUrl, armed, limits, leaseMs, retention, metricsOpen, logLevel, hostEventTypes }).toEqual({
    ...{
      listen: example.listen,
      storeUrl: example.storeUrl,
      armed: example.armed,
      limits: example.limits,
      leaseMs: example.leaseMs
    },
    ...{
      retention: example.retention,
      metricsOpen: example.metricsOpen,
      logLevel: example.logLevel,
      hostEventTypes: example.hostEventTypes
    }
  })
  expect(parse(minimal()).segments[0]?.settings).toEqual(example.segments[0]?.settings)
  expect(parse(minimal()).segments[0]?.limits).toEqual(example.segments[0]?.limits)
  expect(parse(minimal()).guards).toEqual(example.guards)
})

test('a limit per failure domain is taken over, its figures have defaults, and no wait is one of no time', () => {
  const config = parse({
    ...minimal(),
    limits: { domain: { key: 'rack' } },
    guards: { siteStartMinutes: 10, otherTools: ['my tool'] }
  })
  expect(config.limits.domain).toEqual({ key: 'rack', hostsDown: 1, recoveriesPerHour: 1 })
  expect(config.guards).toEqual({ bmcNetwork: true, siteStartMs: 600_000, otherTools: ['my tool'] })
})

test('every source of the evidence is read', () => {
  const hb = { exec: ['/usr/local/bin/heartbeat', '{host}'], name: 'storage', beside: 'network', timeoutSeconds: 5 }
  const confirm = { alive: [{ icmp: true }, { tcp: 16_509 }, hb], power: true, sourcesMin: 4, novaTimeoutSeconds: 9 }
  const file = minimal({ segments: [segment({ fencing: ['bmc'], confirm })], fencing: { bmc: redfish() } })
  const [read] = parse(file).segments
  expect(read?.alive).toEqual([
    { kind: 'icmp', hosts: {}, timeoutMs: 3000 },
    { kind: 'tcp', port: 16_509, hosts: {}, timeoutMs: 3000 },
    { kind: 'exec', name: 'storage', command: hb.exec, beside: 'network', hosts: {}, timeoutMs: 5000 }
  ])
  expect(read?.power).toEqual({ agent: 'bmc', timeoutMs: 10_000 })
  expect(read?.novaTimeoutMs).toBe(9000)
})

test('the event types are those that the intake knows by itself', () => {
  expect(parse(minimal()).hostEventTypes).toEqual(defaultHostEventTypes)
})

test('what was read cannot be changed', () => {
  const config = parse(minimal()) as unknown as { limits: { movesInFlight: number } }
  expect(() => {
    config.limits.movesInFlight = 1000
  }).toThrow(TypeError)
})

test('all mistakes are told at once, each with its path', () => {
  const mistakes = mistakesOf({
    auth: {
      alarms: { tokens: [{ name: 'aodh', secret: 'short' }] },
      operators: { tokens: [{ name: 'bob', secret: other, role: 'boss' }] }
    },
    listen: { port: 99_999 },
    armed: 'yes',
    segments: [
      segment({ confrim: {}, storage: undefined, hosts: { names: ['a'], zone: 'z' }, evacuate: { perSpare: '8' } })
    ],
    retention: { signals: '3 months' }
  })
  expect(mistakes).toEqual([
    'listen.port: must be <= 65535',
    'auth.alarms.tokens[0].secret: must NOT have fewer than 16 characters',
    'auth.operators.tokens[0].role: must be one of viewer, operator',
    'armed: must be true or false',
    'segments[0].storage (rack-a): is missing (one of shared, local)',
    'segments[0].confrim (rack-a): is no setting (did you mean "confirm"?)',
    'segments[0].hosts (rack-a): must have exactly one of names, aggregate, zone',
    'segments[0].evacuate.perSpare (rack-a): must be a whole number',
    'retention.signals: must be like 12h, 90d, 6w or 2y'
  ])
})

test.each([
  [{ fencing: [{ agent: 'a', timeout: 3 }] }, 'fencing[0].timeout: is no setting (did you mean "timeoutSeconds"?)'],
  [{ fencing: [{ first: ['a'] }] }, 'fencing[0].first: is no setting (there are agent, all, timeoutSeconds, retries)'],
  [{ spares: { names: ['a', 'b', 'a'] } }, 'spares.names: has the same twice (the entries 1 and 3)'],
  [{ fencing: [] }, 'fencing: must have at least one entry']
])('%j is refused with what may stand there', (more, mistake) => {
  expect(mistakesOf(minimal({ segments: [segment(more)] }))).toContain(
    `segments[0].${mistake.replace(': ', ' (rack-a): ')}`
  )
})

test('a setting that is missing is named with the first sentence of its description', () => {
  expect(mistakesOf(minimal({ rules: [{ name: 'r', then: 'note' }] }))).toEqual([
    'rules[0].when (r): is missing (CEL that answers true or false, of alarm, host, segment, source, now, time, calendar and history (docs/rules.md))'
  ])
  expect(mistakesOf(minimal({ segments: [segment({ fencing: undefined })] }))).toEqual([
    'segments[0].fencing (rack-a): is missing (the ladder: names from `fencing`, or steps with more to say, tried in order; the first that proves the host off ends it)'
  ])
})

test('a key that stands there twice is named', () => {
  expect(mistakesOf('listen: { port: 1 }\nfencing: {}\nlisten: {}')).toEqual([
    'line 3: "listen" stands there twice in one group'
  ])
})

test('what is wrong by its form hides nothing of what is wrong otherwise', () => {
  const rule = { name: 'r', when: 'alarm.nme == "x" && calendar.freeze', then: 'note' }
  const more = {
    armd: true,
    log: { level: 'loud' },
    timezone: 'Nowhere',
    calendars: { freeze: [{ from: '2026-12-20', to: '2026-12-01' }] },
    fencing: { bmc: { type: 'redfish', url: 'ftp://x' }, pdu: { type: 'exec', command: ['pdu'] } },
    segments: [segment({ fencing: ['bmc'], evacuate: { perSpare: 'many' } }), segment({ name: 'b', fencing: ['pud'] })],
    rules: [rule, { name: 'no when', then: 'note' }, { name: 'r', when: 'true', then: 'ignore', method: 'auto' }],
    servers: [
      { name: 's', when: 'true = false', then: 'leave', priority: 99 },
      { name: 't', when: 'no', then: 'move' }
    ]
  }
  expect(mistakesOf(minimal(more)).toSorted()).toEqual([
    'armd: is no setting (did you mean "armed"?)',
    'calendars.freeze[0]: to is before from',
    'fencing.bmc.password: is missing',
    'fencing.bmc.url: must be like https://{host}-bmc.example:8443 (no path, no password)',
    'fencing.bmc.user: is missing',
    'fencing.pdu.command[0]: must be the full path of a program',
    'log.level: must be one of trace, debug, info, warn, error',
    'rule "r": alarm has no "nme" (did you mean "name"?)',
    'rules[1].when (no when): is missing (CEL that answers true or false, of alarm, host, segment, source, now, time, calendar and history (docs/rules.md))',
    'rules[2].method (r): goes with then: recover only',
    'rules[2].name (r): "r" is taken already',
    'segments[0].evacuate.perSpare (rack-a): must be a whole number',
    'segments[1].fencing[0] (b): there is no fencing.pud',
    'server rule "t": unknown name "no"',
    'servers[0].priority (s): must be <= 10',
    'timezone: there is no such time zone; write one like Europe/Berlin or UTC'
  ])
})

test('an environment variable that is not set is named with the place that wants it', () => {
  const file = minimal({ notify: [{ url: 'https://hook.example/x', secret: '${HOOK}' }], cloud: { name: '${CLOUD}' } })
  expect(mistakesOf(file, {})).toEqual([
    'notify[0].secret: the environment variable HOOK is not set',
    'cloud.name: the environment variable CLOUD is not set'
  ])
})

test('the environment may hold numbers, parts of texts, and anything that looks like YAML', () => {
  const file = minimal({
    listen: { port: '${PORT}', host: '${A}.${B}' },
    armed: '${ARMED}',
    cloud: { name: '${CLOUD}' }
  })
  const config = parse(file, { PORT: '9000', A: 'a', B: 'b', ARMED: 'true', CLOUD: '"x": [1]\n# $${no}' })
  expect(config.listen).toEqual({ port: 9000, host: 'a.b' })
  expect(config.armed).toBe(true)
  expect(config.cloud).toBe('"x": [1]\n# $${no}')
  expect(mistakesOf(file, { PORT: 'nine', A: 'a', B: 'b', ARMED: 'no', CLOUD: 'c' })).toEqual([
    'listen.port: must be a whole number',
    'armed: must be true or false'
  ])
})

const alarms = (template: object) => ({
  alarms: { url: 'https://switchover.example:8787', token: 'aodh', template }
})
const metric = { metric: 'host.alive', operator: 'lt', threshold: 1 }

test('an alarm has a name, a weight and a repetition, if nothing else is wanted', () => {
  expect(parse(minimal(alarms({ event: {} }))).alarms?.template).toEqual({
    name: 'host-down-{host}',
    severity: 'critical',
    repeatActions: true,
    event: { type: 'compute.host.down', trait: 'host' }
  })
  const { gnocchi } =
    parse(minimal(alarms({ gnocchi: { ...metric, query: '{"=": {"host": "{host}"}}' } }))).alarms?.template ?? {}
  expect(gnocchi).toMatchObject({ resourceType: 'nova_compute', aggregation: 'mean', periods: 1 })
})

test.each([
  [{}, ['alarms.template: must have exactly one of event, gnocchi, prometheus']],
  [
    { event: {}, prometheus: { query: '{host}', operator: 'lt', threshold: 1 } },
    ['alarms.template: must have exactly one of event, gnocchi, prometheus']
  ],
  [{ gnocchi: metric }, [expect.stringMatching(/^alarms.template.gnocchi.query: is missing/)]],
  [{ gnocchi: { ...metric, query: '{host}' } }, ['alarms.template.gnocchi.query: must be JSON text']],
  [
    { event: {}, name: 'the same for all' },
    ['alarms.template.name: must be like "host-down-{host}": {host} stands for the service host']
  ]
])('a template of alarms that is %j is refused', (template, mistakes) => {
  expect(mistakesOf(minimal(alarms(template)))).toEqual(mistakes)
})

test('the token of the alarms is one of those that may deliver alarms', () => {
  const file = minimal({ alarms: { url: 'http://here', token: 'oadh', template: { event: {} } } })
  expect(mistakesOf(file)).toEqual(['alarms.token: auth.alarms.tokens has no oadh (did you mean "aodh"?)'])
})

test('a ladder has names and steps, what is left out is the usual', () => {
  const pdu = { type: 'exec', command: ['/bin/pdu'] }
  const fencing = ['bmc', { agent: 'ipmi', retries: 0 }, { all: ['pdu-a', 'pdu-b'], timeoutSeconds: 120 }]
  const agents = { bmc: redfish(), ipmi: { type: 'ipmi', address: '{host}', user: 'ops', password: 'x' } }
  const file = minimal({ segments: [segment({ fencing })], fencing: { ...agents, 'pdu-a': pdu, 'pdu-b': pdu } })
  expect(parse(file).segments[0]?.fencing).toEqual([
    { agents: ['bmc'], timeoutMs: 90_000, retries: 2 },
    { agents: ['ipmi'], timeoutMs: 90_000, retries: 0 },
    { agents: ['pdu-a', 'pdu-b'], timeoutMs: 120_000, retries: 2 }
  ])
  expect(parse(file).fencing.ipmi).toMatchObject({ privilege: 'OPERATOR', cipherSuite: 17, program: 'ipmitool' })
  expect(parse(minimal()).segments[0]?.fencing).toBe('waived')
  expect(parse(minimal()).rehearsal).toEqual({ everyMs: 3_600_000, sample: 'all' })
})

test('a dollar is doubled to be kept', () => {
  expect(parse(minimal({ cloud: { name: 'a$${B}c' } })).cloud).toBe('a${B}c')
})

test.each([
  [
    'an unknown agent',
    { segments: [segment({ fencing: ['rack-a-redfihs'] })], fencing: { 'rack-a-redfish': redfish() } },
    'segments[0].fencing[0] (rack-a): there is no fencing.rack-a-redfihs (did you mean "rack-a-redfish"?)'
  ],
  [
    'none in a ladder',
    { segments: [segment({ fencing: ['bmc', 'none'] })], fencing: { bmc: redfish() } },
    'segments[0].fencing (rack-a): none must stand alone, for it is no step of a ladder'
  ],
  [
    'an agent called none',
    { fencing: { none: redfish() } },
    'fencing.none: this name means that nothing is switched off; take another'
  ],
  [
    'none in a step',
    { segments: [segment({ fencing: [{ agent: 'none' }] })] },
    'segments[0].fencing (rack-a): none must stand alone, for it is no step of a ladder'
  ],
  [
    'a step that names nobody',
    { segments: [segment({ fencing: [{ retries: 1 }] })] },
    'segments[0].fencing[0] (rack-a): must have exactly one of agent, all'
  ],
  [
    'a step that is over before Ironic can prove it',
    {
      segments: [segment({ fencing: [{ all: ['bmc', 'nodes'], timeoutSeconds: 44 }] })],
      fencing: { bmc: redfish(), nodes: { type: 'ironic' } }
    },
    'segments[0].fencing[0].timeoutSeconds (rack-a): must be at least 45: a proof by ironic takes more than 30 s'
  ],
  [
    'a feed that nobody knows',
    { segments: [segment({ fencing: [{ all: ['bmc', 'pdu'] }] })], fencing: { bmc: redfish() } },
    'segments[0].fencing[0] (rack-a): there is no fencing.pdu'
  ],
  [
    'a step with a mistake',
    { segments: [segment({ fencing: ['bmc', { agent: 'bmc', timeoutSecond: 5 }] })], fencing: { bmc: redfish() } },
    'segments[0].fencing[1].timeoutSecond (rack-a): is no setting (did you mean "timeoutSeconds"?)'
  ],
  [
    'an agent of no kind',
    { fencing: { pdu: { type: 'snmp' } } },
    'fencing.pdu.type: must be one of redfish, ipmi, ironic, exec'
  ],
  [
    'a command without its full path',
    { fencing: { pdu: { type: 'exec', command: ['pdu'] } } },
    'fencing.pdu.command[0]: must be the full path of a program'
  ],
  [
    'an ipmi host without an address',
    { segments: [segment({ fencing: ['bmc'] })], fencing: { bmc: { type: 'ipmi', user: 'ops', password: 'x' } } },
    'fencing.bmc.hosts.compute-01.address: is missing, for fencing.bmc has no address'
  ],
  [
    'a password that IPMI cuts off',
    { fencing: { bmc: { type: 'ipmi', address: '{host}', user: 'ops', password: 'x'.repeat(21) } } },
    'fencing.bmc.password: must NOT have more than 20 characters'
  ],
  ['a sample that is no number', { rehearse: { sample: 'some' } }, 'rehearse.sample: must be all or a whole number'],
  [
    'a host without a BMC',
    { segments: [segment({ fencing: ['bmc'] })], fencing: { bmc: redfish({ url: undefined }) } },
    'fencing.bmc.hosts.compute-01.url: is missing, for fencing.bmc has no url'
  ],
  [
    'two segments of one name',
    { segments: [segment(), segment({ hosts: { aggregate: 'b' }, spares: { names: ['x'] } })] },
    'segments[1].name (rack-a): "rack-a" is taken already'
  ],
  [
    'a host that is to be its own spare',
    { segments: [segment({ spares: { names: ['compute-01'] } })] },
    'segments[0].spares.names[0] (rack-a): compute-01 stands in hosts.names too; it is the one or the other'
  ],
  [
    'a host of two segments',
    { segments: [segment(), segment({ name: 'b', spares: { names: ['x'] } })] },
    'segments[1].hosts.names[0] (b): host compute-01 belongs to segment rack-a already'
  ],
  [
    'a spare of two segments',
    { segments: [segment(), segment({ name: 'b', hosts: { aggregate: 'b' } })] },
    'segments[1].spares.names[0] (b): host compute-09 belongs to segment rack-a already'
  ],
  [
    'local storage and no word on its loss',
    { segments: [segment({ storage: 'local' })] },
    'segments[0].allowLocalDiskLoss (rack-a): must be written out with storage: local; true loses local disks, false leaves such servers where they are'
  ],
  [
    'no spares where they are needed',
    { segments: [segment({ spares: undefined })] },
    'segments[0].spares (rack-a): is missing; the method reserved_host needs spares'
  ],
  [
    'a timeout before its time',
    { segments: [segment({ confirm: { downSeconds: 60, timeoutSeconds: 60 } })] },
    'segments[0].confirm.timeoutSeconds (rack-a): must be more than downSeconds (60)'
  ],
  [
    'a sign of life of no kind',
    { segments: [segment({ confirm: { alive: [{ hosts: {} }] } })] },
    'segments[0].confirm.alive[0] (rack-a): must have exactly one of ssh, tcp, icmp, exec'
  ],
  [
    'the same sign of life twice',
    { segments: [segment({ confirm: { alive: [{ icmp: true }, { ssh: 22 }, { icmp: true }] } })] },
    'segments[0].confirm.alive[2] (rack-a): icmp is there already'
  ],
  [
    'a program without a name',
    { segments: [segment({ confirm: { alive: [{ exec: ['/bin/true'] }] } })] },
    'segments[0].confirm.alive[0].name (rack-a): is missing; the evidence calls the program by it'
  ],
  [
    'a program that would have to be looked for',
    { segments: [segment({ confirm: { alive: [{ exec: ['heartbeat', '{host}'], name: 'storage' }] } })] },
    'segments[0].confirm.alive[0].exec[0] (rack-a): must be the full path of a program'
  ],
  [
    'a port beside the network',
    { segments: [segment({ confirm: { alive: [{ ssh: 22, beside: 'network' }] } })] },
    'segments[0].confirm.alive[0].beside (rack-a): is for exec only; ssh goes over the network'
  ],
  [
    'nobody asks over the network',
    { segments: [segment({ confirm: { alive: [{ exec: ['/bin/hb'], name: 'hb', beside: 'network' }] } })] },
    'segments[0].confirm.alive (rack-a): a program beside the network needs a source over it (ssh, tcp, icmp), or nobody can tell a host that is cut off'
  ],
  [
    'more sources than there are',
    { segments: [segment({ confirm: { alive: [{ ssh: 22 }, { tcp: 16509 }], sourcesMin: 3 } })] },
    "segments[0].confirm.sourcesMin (rack-a): only 2 independent sources are configured, so 3 can never speak for a host's death"
  ],
  [
    'an agent for the evidence that is not there',
    { segments: [segment({ confirm: { power: 'rack-b' } })] },
    'segments[0].confirm.power (rack-a): there is no fencing.rack-b'
  ],
  [
    'power as evidence without an agent',
    { segments: [segment({ fencing: ['none'], confirm: { power: true } })] },
    'segments[0].confirm.power (rack-a): true needs a step of one agent in fencing; name an agent instead'
  ],
  [
    'one feed of several as evidence',
    {
      segments: [segment({ fencing: [{ all: ['pdu-a', 'pdu-b'] }], confirm: { power: 'pdu-a' } })],
      fencing: { 'pdu-a': outlet, 'pdu-b': outlet }
    },
    'segments[0].confirm.power (rack-a): fencing.pdu-a stands in steps of type all only: while one feed is off, another may be on; name an agent that speaks of the whole machine'
  ],
  [
    'a memory as evidence, of which two are asked for',
    {
      segments: [segment({ fencing: ['metal'], confirm: { power: true, sourcesMin: 2 } })],
      fencing: { metal: { type: 'ironic' } }
    },
    'segments[0].confirm.power (rack-a): fencing.metal is Ironic, which only remembers a power state: that never counts; name another agent'
  ],
  [
    'a host that runs is to be fenced by nobody',
    { segments: [segment({ fencing: ['none'], confirm: { computeDown: 'fence' } })] },
    'segments[0].confirm.computeDown (rack-a): fence needs an agent in fencing, for the host runs'
  ],
  [
    'a placeholder that nothing fills in',
    { segments: [segment({ confirm: { alive: [{ exec: ['/bin/hb', '{hots}', '{address}'], name: 'hb' }] } })] },
    'segments[0].confirm.alive[0].exec[1] (rack-a): nothing fills in {hots} (did you mean "host"?); there is {host} and {address}'
  ],
  [
    'a placeholder in the URL of a BMC that nothing fills in',
    { segments: [segment({ fencing: ['bmc'] })], fencing: { bmc: redfish({ url: 'https://{hst}-bmc' }) } },
    'fencing.bmc.url: nothing fills in {hst} (did you mean "host"?); there is {host}'
  ],
  [
    'a placeholder in a fencing command, which has none',
    { segments: [segment({ fencing: ['pdu'] })], fencing: { pdu: { type: 'exec', command: ['/bin/pdu', '{host}'] } } },
    'fencing.pdu.command[1]: nothing is filled in here; the program finds the host in SWITCHOVER_HOST'
  ],
  [
    'two hosts with one address',
    { segments: [segment({ confirm: { alive: [{ ssh: 22, hosts: { a: '10.0.0.1', b: '10.0.0.1' } }] } })] },
    'segments[0].confirm.alive[0].hosts.b (rack-a): is the address of a too'
  ],
  [
    'a variable whose brace is not closed',
    { cloud: { name: 'my-${CLOUD' } },
    'cloud.name: after ${ must come the name of an environment variable and }; to have ${ itself, write $${'
  ],
  [
    'a rule that is no CEL',
    { rules: [{ name: 'r', when: 'alarm.nam == "x"', then: 'note' }] },
    'rule "r": alarm has no "nam" (did you mean "name"?)'
  ],
  [
    'another store',
    { store: { url: 'redis://x' } },
    'store.url: must be like file:switchover.db or mysql://USER:PASSWORD@HOST:PORT/DATABASE or postgres://… (several hosts: HOST:PORT,HOST:PORT)'
  ],
  [
    'a database server without a database',
    { store: { url: 'mysql://ops:secret@db' } },
    'store.url: must be like mysql://USER:PASSWORD@HOST:PORT/DATABASE or postgres://… (several hosts: HOST:PORT,HOST:PORT)'
  ],
  [
    'a lease too short for tokens that end with it',
    { lease: { seconds: 7, enforceByKeystone: true } },
    'lease.seconds: must be at least 8 with enforceByKeystone'
  ]
])('%s is refused', (_what, more, mistake) => {
  expect(mistakesOf(minimal(more))).toEqual([mistake])
})

test('a token needs a name and a secret of its own', () => {
  const auth = {
    alarms: { tokens: [{ name: 'aodh', secret }] },
    operators: { tokens: [{ name: 'aodh', secret, role: 'viewer' }] }
  }
  expect(mistakesOf(minimal({ auth }))).toEqual([
    'auth.operators.tokens[0].name: "aodh" is taken already',
    'auth.operators.tokens[0].secret: is that of auth.alarms.tokens[0] too; each needs its own'
  ])
})

test.each([
  ['a list', '- a'],
  ['nothing', ''],
  ['no YAML', 'auth: { secret: "open'],
  ['a key twice', 'armed: true\narmed: false'],
  ['an unknown alias', 'armed: *nothing']
])('%s is refused with a sentence', (_what, text) => {
  expect(mistakesOf(text).length).toBeGreaterThan(0)
})

test.each([
  [
    `${'k'.repeat(1100)}: 1`,
    'line 1: The : indicator must be at most 1024 chars after the start of an implicit block mapping key'
  ],
  ['armed: *nothing', 'Unresolved alias (the anchor must be set before the alias)'],
  ['auth:\n\tx: 1', 'line 2: Tabs are not allowed as indentation'],
  ['armed: true\narmed: false', 'line 2: "armed" stands there twice in one group'],
  ['auth: { secret: "open', 'line 1: Missing closing "quote'],
  ['auth: >hunter2\n  x', 'line 1: Block scalar header includes extra characters'],
  ['auth: "\\Uhunter2x"', 'line 1: Invalid escape sequence']
])('what is no YAML is told in whole sentences (%#)', (text, mistake) => {
  expect(mistakesOf(text)).toContain(mistake)
  expect(mistakesOf(text).join()).not.toContain('hunter2')
})

test('no message ever shows a secret', () => {
  const password = 'hunter2-hunter2-hunter2'
  const variations = [
    `auth: ${password}`,
    `auth: { alarms: "${password}`,
    `- ${password}\nauth: 1`,
    `auth:\n  alarms:\n "${password}": *${password}`,
    stringify(
      minimal({ fencing: { bmc: redfish({ password: [password], ca: 7, url: `https://ops:${password}@bmc` }) } })
    ),
    stringify(minimal({ notify: [{ url: password, secret: { password }, on: [password] }] })),
    stringify(minimal({ store: { url: `mysql://root:${password}@db` } })),
    stringify(
      minimal({
        auth: { alarms: { tokens: [{ name: password.repeat(4), secret: 7 }] }, operators: { tokens: password } }
      })
    )
  ]
  for (const text of variations) {
    const mistakes = mistakesOf(text)
    expect(mistakes.length).toBeGreaterThan(0)
    expect(mistakes.join('\n')).not.toContain(password)
  }
})

test('a file that cannot be read is named', () => {
  expect(() => loadConfig('/nonexistent/switchover.yaml', {})).toThrow(/switchover.yaml:\n {2}can't be read: ENOENT/)
})

test('the example names every setting there is', () => {
  const example = readFileSync(join(import.meta.dirname, '../deploy/switchover.example.yaml'), 'utf8')
  const schema: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../schemas/config.json'), 'utf8'))
  const keys = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys((node as { properties?: object }).properties ?? {})) keys.add(key)
    for (const child of Object.values(node)) visit(child)
  }
  visit(schema)
  expect(keys.size).toBeGreaterThan(40)
  expect([...keys].filter(key => !new RegExp(`\\b${key}:(\\s|$)`, 'm').test(example))).toEqual([])
})

test('every setting that people can write has a description, or a name that says all', () => {
  const text = readFileSync(join(import.meta.dirname, '../schemas/config.json'), 'utf8')
  const schema = JSON.parse(text) as { properties: Record<string, { description?: string; properties?: object }> }
  const undescribed = Object.entries(schema.properties).filter(
    ([, value]) => value.description === undefined && value.properties === undefined
  )
  expect(undescribed).toEqual([])
})

const rulesOf = (more: object) => mistakesOf({ ...minimal(), ...more })

test('calendars, rules and instance rules are checked, and every mistake is told', () => {
  expect(
    rulesOf({
      calendars: { freeze: [{ from: '2026-12-20', to: '2026-12-01' }], ok: [{ from: '22:00', to: '06:00' }] },
      timezone: 'Europe/Nowhere',
      servers: [{ name: 's', when: 'server.nme == "x"', then: 'leave', priority: 3 }]
    })
  ).toEqual([
    'timezone: there is no such time zone; write one like Europe/Berlin or UTC',
    'calendars.freeze[0]: to is before from',
    'servers[0].priority (s): what is left has none',
    'server rule "s": server has no "nme" (did you mean "name"?)'
  ])
  expect(rulesOf({ calendars: { 'my-freeze': [] } })).toEqual([
    'calendars: a name must be like "freeze" (letters, digits and underscore, at most 63)'
  ])
  expect(rulesOf({ rules: [{ name: 'r', when: 'calendar.freeze', then: 'note' }] })).toEqual([
    'rule "r": calendar has no "freeze"'
  ])
})

test('what a rule sets goes with recover only, and with the times of every segment', () => {
  const rule = { name: 'r', when: 'true', then: 'recover' }
  expect(rulesOf({ rules: [{ ...rule, then: 'note', approval: 'required' }] })).toEqual([
    'rules[0].approval (r): goes with then: recover only'
  ])
  expect(rulesOf({ rules: [{ ...rule, confirm: { downSeconds: 120 } }] })).toEqual([
    'rules[0].confirm (r): timeoutSeconds must be more than downSeconds (120 in segment rack-a)'
  ])
})

test('rules come with what they set, in ms, and the instance rules stand with the settings that are frozen', () => {
  const evacuate = { perSpare: 5, moveTimeoutSeconds: 60, spread: 'fastest' }
  const rule = {
    name: 'r',
    when: 'true',
    then: 'recover',
    approval: 'required',
    confirm: { downSeconds: 60 },
    evacuate
  }
  const servers = [{ name: 's', when: 'server.locked', then: 'move', priority: 1 }]
  const config = parse({ ...minimal(), rules: [rule], servers })
  const context = {
    source: 'aodh',
    host: 'a',
    kind: 'host',
    nowMs: 0,
    alarm: { id: 'a', current: 'alarm', traits: {} },
    segment: { name: 'rack-a', method: 'auto', storage: 'shared', approval: 'none', hosts: 1, spares: 0 }
  } as const
  expect(config.rules.decide(context).overrides).toEqual({
    approval: 'required',
    confirm: { downMs: 60_000 },
    evacuate: { perTarget: 5, moveTimeoutMs: 60_000, spread: 'fastest' }
  })
  expect(config.segments[0]?.settings.servers).toEqual(servers)
})
