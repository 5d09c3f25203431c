import { expect, test } from '@jest/globals'
import { minimal, mistakesOf, outlet, parse, redfish, segment } from './files.ts'

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

test.each([
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
    'two hosts with one address',
    { segments: [segment({ confirm: { alive: [{ ssh: 22, hosts: { a: '10.0.0.1', b: '10.0.0.1' } }] } })] },
    'segments[0].confirm.alive[0].hosts.b (rack-a): is the address of a too'
  ]
])('%s is refused', (_what, more, mistake) => {
  expect(mistakesOf(minimal(more))).toEqual([mistake])
})
