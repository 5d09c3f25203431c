import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import type { Server } from '../../src/core/inventory.ts'
import {
  type ServerContext,
  type ServerRule,
  serverPolicy,
  serverRuleMistakes
} from '../../src/core/rules/server-policy.ts'
import { serverOf } from './builders.ts'

const about = (changes: Partial<Server> = {}, more: Partial<ServerContext> = {}): ServerContext => ({
  server: serverOf('web-1', { name: 'web-1', ...changes }),
  host: { name: 'compute-01', zone: 'az1', aggregates: ['rack-a', 'ssd'] },
  segment: 'rack-a',
  imageProperties: {},
  ...more
})
const leave = (when: string): ServerRule => ({ name: 'r', when, then: 'leave' })
const says = (when: string, context: ServerContext) => serverPolicy([leave(when)]).decide(context).then

test('without rules, and where none matches, a server moves with priority 5', () => {
  expect(serverPolicy([]).decide(about())).toEqual({ then: 'move', priority: 5, tried: [] })
  expect(serverPolicy([leave('server.locked')]).decide(about())).toEqual({
    then: 'move',
    priority: 5,
    tried: [{ rule: 'r', result: 'notMatched', because: 'server.locked is not true (server.locked is false)' }]
  })
})

test('the first rule that matches decides, and says with which priority', () => {
  const policy = serverPolicy([
    { name: 'scratch', when: 'server.name.startsWith("scratch")', then: 'leave' },
    { name: 'databases', when: 'server.name.startsWith("db")', then: 'move', priority: 1 },
    { name: 'batch', when: '"batch" in server.tags', then: 'leaveStopped', priority: 10 },
    { name: 'all', when: 'true', then: 'move' }
  ])
  expect(policy.decide(about({ name: 'scratch-db' }))).toMatchObject({ then: 'leave', rule: 'scratch' })
  expect(policy.decide(about({ name: 'db-1', tags: ['batch'] }))).toMatchObject({ then: 'move', priority: 1 })
  expect(policy.decide(about({ tags: ['batch'] }))).toMatchObject({ then: 'leaveStopped', priority: 10 })
  expect(policy.decide(about())).toMatchObject({ then: 'move', priority: 5, rule: 'all' })
})

test.each<[string, ServerContext]>([
  ['server.metadata["HA_Enabled"] == "False"', about({ metadata: { HA_Enabled: 'False' } })],
  ['server.flavor.extraSpecs["ha"] == "no"', about({ extraSpecs: { ha: 'no' } })],
  ['server.image.properties["ha"] == "no"', about({ imageId: 'i' }, { imageProperties: { ha: 'no' } })],
  ['server.project == "p-1" && server.user == "u-1"', about({ projectId: 'p-1', userId: 'u-1' })],
  [
    'server.flavor.name == "m1" && server.flavor.vcpus > 2',
    about({ flavor: { name: 'm1', vcpus: 4, ram: 1, disk: 1 } })
  ],
  ['server.bootFromVolume && server.volumes == 1', about({ volumes: ['v'] })],
  ['!server.bootFromVolume && server.localDisk', about({ imageId: 'i', localDisk: true })],
  [
    'server.vmState == "stopped" && server.powerState == "shutdown"',
    about({ vmState: 'stopped', powerState: 'shutdown' })
  ],
  [
    'server.groups.exists(g, g.policy == "affinity" && g.name == "web")',
    about({}, { group: { id: 'g', name: 'web', policy: 'affinity', members: ['web-1'], maxPerHost: 1 } })
  ],
  ['host.zone == "az1" && "ssd" in host.aggregates && segment.name == "rack-a"', about()]
])('%s', (when, context) => {
  expect(serverRuleMistakes([leave(when)])).toEqual([])
  expect(says(when, context)).toBe('leave')
  expect(serverPolicy([leave(`!(${when})`)]).decide(context).then).toBe('move')
})

test('what it was before we touched it counts, or the plan would change by our own reset', () => {
  const reset = about({ vmState: 'error' }, { before: { vmState: 'paused', powerState: 'paused' } })
  expect(says('server.vmState == "paused"', reset)).toBe('leave')
})

test('what cannot be evaluated does not match, and is said', () => {
  const decision = serverPolicy([leave('server.metadata["HA_Enabled"] == "False"')]).decide(about())
  expect(decision).toMatchObject({ then: 'move', failed: [expect.stringMatching(/^r: .*HA_Enabled/)] })
})

test('images are looked up only for rules that look at them', () => {
  expect(serverPolicy([leave('server.image.properties["a"] == "b"')]).needsImages).toBe(true)
  expect(serverPolicy([leave('server.image["properties"]["a"] == "b"')]).needsImages).toBe(true)
  expect(serverPolicy([leave('server.image.id == "b"')]).needsImages).toBe(false)
})

test.each([
  ['server.nme == "x"', /server has no "nme" \(did you mean "name"\?\)/],
  ['server.metadata["a"] > 3', /> does not go with a text and a number/],
  ['server.flavor.vcpus == "4"', /never equal/],
  ['server.powerState == "Running"', /server.powerState is never "Running" \(did you mean "running"\?\)/],
  ['server.vmState == "ACTIVE"', /server.vmState is never "ACTIVE"/],
  ['server.tags == "batch"', /compares a list with a text/],
  ['server.groups.exists(g, g.polcy == "affinity")', /g has no "polcy" \(did you mean "policy"\?\)/],
  ['host == "compute-01"', /host is a group of facts: write which one, like host.name/],
  ['now > timestamp("2026-01-01T00:00:00Z")', /unknown name "now"/],
  ['server.name', /answers a text/]
])('%s is refused when the rules are read', (when, mistake) => {
  expect(serverRuleMistakes([leave(when)]).join('\n')).toMatch(mistake)
})

test('a rule that this version cannot read matches nothing, and is said', () => {
  const decision = serverPolicy([leave('server.colour == "red"')]).decide(about())
  expect(decision).toMatchObject({ then: 'move', failed: [expect.stringContaining('colour')] })
})

test('a frozen rule means what it meant though this version would not take it any more', () => {
  const rule = leave('server.zone != null && server.name == "web-1"')
  expect(serverRuleMistakes([rule])).toHaveLength(1)
  expect(serverPolicy([rule]).decide(about())).toMatchObject({ then: 'leave', rule: 'r' })
  expect(serverPolicy([leave('server.name ==')]).decide(about())).toMatchObject({
    then: 'move',
    failed: [expect.stringMatching(/can't be read any more/)]
  })
})

test('no server makes it throw, and the same server always gets the same answer', () => {
  const policy = serverPolicy([
    { name: 'a', when: 'server.metadata[server.name].matches(server.name)', then: 'leave' },
    {
      name: 'b',
      when: 'server.tags.exists(t, t in server.metadata) && server.flavor.ram / server.volumes > 1',
      then: 'move'
    },
    { name: 'c', when: 'int(server.metadata["n"]) > 3', then: 'leaveStopped', priority: 2 }
  ])
  const server = fc.record({
    name: fc.string(),
    metadata: fc.dictionary(fc.constantFrom('n', 'm', 'x'), fc.string()),
    tags: fc.array(fc.string(), { maxLength: 3 }),
    volumes: fc.array(fc.string(), { maxLength: 2 })
  })
  fc.assert(
    fc.property(server, changes => {
      const decision = policy.decide(about(changes))
      expect(['move', 'leave', 'leaveStopped']).toContain(decision.then)
      expect(decision.priority).toBeGreaterThanOrEqual(1)
      expect(policy.decide(about(changes))).toEqual(decision)
    }),
    { numRuns: 200 }
  )
})
