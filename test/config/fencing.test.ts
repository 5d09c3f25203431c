import { expect, test } from '@jest/globals'
import { minimal, mistakesOf, parse, redfish, segment } from './files.ts'

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
    'a placeholder in the URL of a BMC that nothing fills in',
    { segments: [segment({ fencing: ['bmc'] })], fencing: { bmc: redfish({ url: 'https://{hst}-bmc' }) } },
    'fencing.bmc.url: nothing fills in {hst} (did you mean "host"?); there is {host}'
  ],
  [
    'a placeholder in a fencing command, which has none',
    { segments: [segment({ fencing: ['pdu'] })], fencing: { pdu: { type: 'exec', command: ['/bin/pdu', '{host}'] } } },
    'fencing.pdu.command[1]: nothing is filled in here; the program finds the host in SWITCHOVER_HOST'
  ]
])('%s is refused', (_what, more, mistake) => {
  expect(mistakesOf(minimal(more))).toEqual([mistake])
})
