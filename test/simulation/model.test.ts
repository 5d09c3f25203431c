import { expect, test } from '@jest/globals'
import type { CloudModel } from '../../src/emulator/cloud-model.ts'
import { createCloudModel } from '../../src/emulator/cloud-model.ts'
import { endCompute, panic, powerOff } from '../../src/emulator/model/hosts.ts'
import { whereRunning } from '../../src/emulator/model/oracle.ts'
import type { HostSpec } from '../../src/emulator/model/spec.ts'
import { boot, startCompute } from '../../src/emulator/model/start-compute.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { createVirtualClock } from './virtual-clock.ts'

interface Fixture extends CloudModel {
  readonly clock: VirtualClock
  host(name: string): NonNullable<ReturnType<CloudModel['world']['hosts']['get']>>
  pass(seconds: number): Promise<void>
  done<T>(call: Promise<T>): Promise<T>
}

/** A dead `compute-01` with `vm-01-1`, and two enabled targets. */
function deadHost(hosts: Record<string, HostSpec> = {}): Fixture {
  const clock = createVirtualClock()
  const model = createCloudModel(clock, {
    hosts: { 'compute-01': { servers: 1 }, 'compute-02': {}, 'compute-03': {}, ...hosts }
  })
  const fixture: Fixture = {
    ...model,
    clock,
    host: name => model.world.hosts.get(name)!,
    pass: seconds => clock.run(clock.sleep(seconds * 1000)),
    done: call => clock.run(call)
  }
  powerOff(model.world, fixture.host('compute-01'))
  fixture.host('compute-01').forcedDown = true
  return fixture
}

async function stateOf(fixture: Fixture): Promise<string> {
  const server = await fixture.done(fixture.cloud.server('vm-01-1'))
  const [record] = await fixture.done(fixture.cloud.migrationsFrom('compute-01'))
  return `${server?.vmState} ${server?.taskState ?? '-'} on ${server?.host}, record ${record?.status}`
}

test('a silent host is up until its last report is too old, and not before', async () => {
  const { clock, world, cloud } = createFresh()
  panic(world, world.hosts.get('compute-01')!)
  const states: string[] = []
  for (const seconds of [40, 40]) {
    await clock.run(clock.sleep(seconds * 1000))
    const reading = await clock.run(cloud.hosts())
    states.push(reading.hosts[0]!.state)
  }
  expect(states).toEqual(['up', 'down'])
})

test('an evacuated server reads ACTIVE before its host changes, and the record is done last', async () => {
  const fixture = deadHost()
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-02'))
  expect(await stateOf(fixture)).toBe('active rebuilding on compute-01, record accepted')
  await fixture.pass(2)
  expect(await stateOf(fixture)).toBe('active rebuild_spawning on compute-01, record pre-migrating')
  await fixture.pass(2)
  expect(await stateOf(fixture)).toBe('active - on compute-01, record pre-migrating')
  await fixture.pass(2)
  expect(await stateOf(fixture)).toBe('active - on compute-02, record done')
  expect(whereRunning(fixture.world, 'vm-01-1')).toEqual(['compute-02'])
  expect(fixture.world.findings).toEqual([])
})

test('a target that the scheduler refuses puts the server into error where it was', async () => {
  const fixture = deadHost({ 'compute-02': { spare: true } })
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-02'))
  await fixture.pass(5)
  expect(await stateOf(fixture)).toBe('error - on compute-01, record error')
})

test('an enabled spare is refused until its trait is gone', async () => {
  const fixture = deadHost({ 'compute-02': { spare: true, habits: { traitLagMs: 30_000 } } })
  await fixture.done(fixture.cloud.enable('service-compute-02'))
  const before = await fixture.done(fixture.cloud.rooms(['compute-02']))
  await fixture.pass(30)
  const after = await fixture.done(fixture.cloud.rooms(['compute-02']))
  expect([before[0]!.schedulable, after[0]!.schedulable]).toEqual([false, true])
})

test('the oracle sees a guest that a failed evacuation left behind when it is moved elsewhere', async () => {
  const fixture = deadHost({ 'compute-02': { habits: { failAfterSpawn: 1 } } })
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-02'))
  await fixture.pass(10)
  expect(await stateOf(fixture)).toBe('error - on compute-01, record failed')
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-02'))
  await fixture.pass(10)
  expect((await fixture.done(fixture.cloud.server('vm-01-1')))?.fault).toBe(
    'Instance instance-00000001 already exists.'
  )
  expect(fixture.world.findings).toEqual([])
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-03'))
  await fixture.pass(10)
  expect(fixture.world.findings.join()).toContain('vm-01-1 runs on compute-02 and compute-03')
})

test('the oracle sees a guest whose host was never fenced', async () => {
  const { clock, world, cloud } = createFresh()
  endCompute(world, world.hosts.get('compute-01')!, 'hung')
  await clock.run(clock.sleep(90_000))
  await clock.run(cloud.evacuate('vm-01-1', 'compute-02'))
  await clock.run(clock.sleep(10_000))
  expect(world.findings.join()).toContain('vm-01-1 runs on compute-01 and compute-02')
})

test('two evacuations of one server stop each other', async () => {
  const fixture = deadHost()
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-02'))
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-02'))
  await fixture.pass(60)
  expect(await stateOf(fixture)).toBe('active rebuilding on compute-01, record accepted')
  expect(fixture.world.findings.join()).toContain('evacuated again while it was being evacuated')
})

test('a target that died keeps the order in its queue and obeys when it returns', async () => {
  const fixture = deadHost()
  panic(fixture.world, fixture.host('compute-02'))
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-02'))
  await fixture.pass(30)
  expect(await stateOf(fixture)).toBe('active rebuilding on compute-01, record accepted')
  boot(fixture.world, fixture.host('compute-02'))
  await fixture.pass(60)
  expect(await stateOf(fixture)).toBe('active - on compute-02, record done')
})

test('a target that dies half-way leaves the server stuck', async () => {
  const fixture = deadHost()
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-02'))
  await fixture.pass(2)
  panic(fixture.world, fixture.host('compute-02'))
  boot(fixture.world, fixture.host('compute-02'))
  await fixture.pass(60)
  expect(await stateOf(fixture)).toBe('active rebuild_spawning on compute-01, record pre-migrating')
})

test('a source that comes back cleans up after its evacuations', async () => {
  const fixture = deadHost()
  await fixture.done(fixture.cloud.evacuate('vm-01-1', 'compute-02'))
  await fixture.pass(10)
  boot(fixture.world, fixture.host('compute-01'))
  startCompute(fixture.world, fixture.host('compute-01'))
  expect(await stateOf(fixture)).toBe('active - on compute-02, record completed')
  expect(fixture.world.findings).toEqual([])
})

test('nova refuses what it refuses', async () => {
  const fixture = deadHost({ 'compute-04': { servers: [{ name: 'paused', vmState: 'paused' }, { name: 'up' }] } })
  const { cloud, done } = fixture
  await expect(done(cloud.evacuate('up', 'compute-02'))).rejects.toMatchObject({ code: 'refused' })
  powerOff(fixture.world, fixture.host('compute-04'))
  fixture.host('compute-04').forcedDown = true
  await expect(done(cloud.evacuate('paused', 'compute-02'))).rejects.toMatchObject({ code: 'conflict' })
  await expect(done(cloud.evacuate('nothing', 'compute-02'))).rejects.toMatchObject({ code: 'not-found' })
  await done(cloud.resetToError('paused'))
  await done(cloud.evacuate('paused', 'compute-02'))
  await fixture.pass(10)
  expect((await done(cloud.server('paused')))?.vmState).toBe('active')
})

test('bmcs have their habits', async () => {
  const { clock, world, fencing } = createFresh()
  const host = world.hosts.get('compute-01')!
  host.bmc.failFirst = 1
  await expect(clock.run(fencing.powerOff('bmc', 'compute-01'))).rejects.toMatchObject({ code: 'unreachable' })
  await clock.run(fencing.powerOff('bmc', 'compute-01'))
  expect((await clock.run(fencing.read('bmc', 'compute-01'))).power).toBe('on')
  await clock.run(clock.sleep(5000))
  expect((await clock.run(fencing.read('bmc', 'compute-01'))).power).toBe('off')
  host.bmc.mode = 'unreachable'
  await expect(clock.run(fencing.read('bmc', 'compute-01'))).rejects.toMatchObject({ code: 'unreachable' })
})

function createFresh(): CloudModel & { clock: VirtualClock } {
  const clock = createVirtualClock()
  return { ...createCloudModel(clock, { hosts: { 'compute-01': { servers: 1 }, 'compute-02': {} } }), clock }
}
