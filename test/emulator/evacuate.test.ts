import { expect, test } from '@jest/globals'
import { endCompute } from '../../src/emulator/model/hosts.ts'
import { change, changes } from '../../src/emulator/model/nova-lifecycle.ts'
import { resetState } from '../../src/emulator/model/nova-servers.ts'
import type { ServerSpec } from '../../src/emulator/model/spec.ts'
import { startCompute } from '../../src/emulator/model/start-compute.ts'
import { modelCloud } from './model-cloud.ts'

// What Nova 26 and 31 answered on a real cloud, and what became of the server there.

const notEnough = 'No valid host was found. There are not enough hosts available.'
const arrived = {
  ...{ status: 'ACTIVE', task: undefined, host: 'compute-04', fault: undefined },
  ...{ migrations: ['done -> compute-04'], runsOn: ['compute-01', 'compute-04'] }
}
const ended = (fault: string, status: string, target: string) => ({
  ...{ status: 'ERROR', task: undefined, host: 'compute-01', fault },
  ...{ migrations: [`${status} -> ${target}`], runsOn: ['compute-01'] }
})
const stuck = (...migrations: string[]) => ({
  ...{ status: 'REBUILD', task: 'rebuilding', host: 'compute-01', fault: undefined },
  ...{ migrations, runsOn: ['compute-01'] }
})

test('a source that is up, or that died a moment ago, is still in use', () => {
  const cloud = modelCloud({ alive: true })
  const refusal = '400 Compute service of compute-01 is still in use.'
  expect(cloud.evacuate('compute-04')).toBe(refusal)
  endCompute(cloud.world, cloud.host('compute-01'), 'stopped')
  expect(cloud.evacuate('compute-04')).toBe(refusal)
})

test('a source whose nova-compute lives may be evacuated once it is forced down', async () => {
  const cloud = modelCloud({ alive: true })
  cloud.force('compute-01', true)
  expect(cloud.evacuate('compute-04')).toBe('200')
  await cloud.pass(10)
  expect(cloud.look()).toEqual(arrived)
})

test('a dead source is evacuated once its reports are too old, without a force-down', async () => {
  const cloud = modelCloud({ alive: true })
  endCompute(cloud.world, cloud.host('compute-01'), 'stopped')
  await cloud.pass(61)
  expect(cloud.evacuate('compute-04')).toBe('200')
  await cloud.pass(10)
  expect(cloud.look()).toEqual(arrived)
})

test('what the request names must exist, and be another host', () => {
  const cloud = modelCloud()
  expect(cloud.evacuate('compute-99')).toBe('404 Compute host compute-99 not found.')
  expect(cloud.evacuate('compute-01')).toBe("400 The target host can't be the same one.")
  expect(cloud.evacuate('compute-04', { server: 'nobody' })).toBe('404 Instance nobody could not be found.')
})

test('a server that ran never has nothing to rebuild', () => {
  const cloud = modelCloud({ changes: { 'compute-01': { servers: [{ name: 'vm', launched: false }] } } })
  expect(cloud.evacuate('compute-04')).toMatch(/^409 /)
})

test.each([
  ['disabled', 'No valid host was found. ', { disabled: 'by an operator' }],
  ['forced down', notEnough, { forcedDown: true }],
  ['full', 'No valid host was found. ', { capacity: { VCPU: 1, MEMORY_MB: 64, DISK_GB: 1 } }]
])('a target that is %s is found out only after the 200, and the server is in error', async (_what, fault, host) => {
  const cloud = modelCloud({ changes: { 'compute-03': host } })
  expect(cloud.evacuate('compute-03')).toBe('200')
  expect(cloud.look()).toEqual(stuck('accepted -> compute-03'))
  await cloud.pass(10)
  expect(cloud.look()).toEqual(ended(fault, 'error', 'compute-03'))
  expect([...cloud.server().allocatedOn]).toEqual(['compute-01'])
  expect(cloud.evacuate('compute-04')).toBe('200')
  await cloud.pass(10)
  expect(cloud.look()).toEqual({ ...arrived, migrations: ['done -> compute-04', 'error -> compute-03'] })
})

test('a target that is known to be dead is refused, one that died a moment ago keeps the order in its queue', async () => {
  const cloud = modelCloud()
  endCompute(cloud.world, cloud.host('compute-03'), 'stopped')
  cloud.evacuate('compute-03')
  await cloud.pass(30)
  expect(cloud.look()).toEqual(stuck('accepted -> compute-03'))
  startCompute(cloud.world, cloud.host('compute-03'))
  await cloud.pass(10)
  expect(cloud.look()).toMatchObject({ status: 'ACTIVE', host: 'compute-03', migrations: ['done -> compute-03'] })
  endCompute(cloud.world, cloud.host('compute-04'), 'stopped')
  await cloud.pass(70)
  endCompute(cloud.world, cloud.host('compute-03'), 'stopped')
  cloud.force('compute-03', true)
  cloud.evacuate('compute-04')
  await cloud.pass(10)
  expect(cloud.look()).toMatchObject({ status: 'ERROR', host: 'compute-03', fault: notEnough })
})

test('sent elsewhere while a dead target has the order: Nova takes up the old record and leaves the new one', async () => {
  const cloud = modelCloud()
  endCompute(cloud.world, cloud.host('compute-03'), 'stopped')
  cloud.evacuate('compute-03')
  await cloud.pass(10)
  expect(cloud.evacuate('compute-04')).toBe('200')
  await cloud.pass(10)
  expect(cloud.look()).toEqual({ ...arrived, migrations: ['accepted -> compute-04', 'done -> compute-04'] })
  // The first target returns and runs the queued rebuild: no second guest, but the server is stuck again.
  startCompute(cloud.world, cloud.host('compute-03'))
  await cloud.pass(10)
  expect(cloud.look()).toEqual({
    ...{ status: 'REBUILD', task: 'rebuilding', host: 'compute-04', fault: undefined },
    ...{ migrations: ['accepted -> compute-04', 'failed -> compute-03'], runsOn: ['compute-01', 'compute-04'] }
  })
})

test('a hypervisor that fails leaves nothing, and may be tried again', async () => {
  const cloud = modelCloud({ changes: { 'compute-03': { habits: { failSpawn: 1 } } } })
  cloud.evacuate('compute-03')
  await cloud.pass(10)
  expect(cloud.look()).toEqual(ended('Failed to deploy instance: compute-03 was told to fail', 'failed', 'compute-03'))
  cloud.evacuate('compute-03')
  await cloud.pass(10)
  expect(cloud.look()).toMatchObject({
    ...{ status: 'ACTIVE', host: 'compute-03', migrations: ['done -> compute-03', 'failed -> compute-03'] }
  })
  expect(cloud.evacuate('compute-04')).toBe('400 Compute service of compute-03 is still in use.')
})

test('one that fails once the guest runs leaves that guest, and takes no second one', async () => {
  const cloud = modelCloud({ changes: { 'compute-03': { habits: { failAfterSpawn: 1 } } } })
  const fault = 'Failed to deploy instance: compute-03 was told to fail once the guest runs'
  cloud.evacuate('compute-03')
  await cloud.pass(10)
  const left = { ...ended(fault, 'failed', 'compute-03'), runsOn: ['compute-01', 'compute-03'] }
  expect(cloud.look()).toEqual(left)
  cloud.evacuate('compute-03')
  await cloud.pass(10)
  expect(cloud.look()).toEqual({
    ...{ ...left, fault: 'Instance instance-00000001 already exists.' },
    migrations: ['failed -> compute-03', 'failed -> compute-03']
  })
  cloud.evacuate('compute-04')
  await cloud.pass(10)
  expect(cloud.look()).toMatchObject({ status: 'ACTIVE', runsOn: ['compute-01', 'compute-03', 'compute-04'] })
})

test('without a target the scheduler chooses, and the record learns of it late', async () => {
  const cloud = modelCloud()
  expect(cloud.evacuate(undefined)).toBe('200')
  expect(cloud.look().migrations).toEqual(['accepted -> undefined'])
  await cloud.pass(10)
  expect(cloud.look()).toMatchObject({ status: 'ACTIVE', host: 'compute-02', migrations: ['done -> compute-02'] })
})

test('twice at once, met in the conductor: stuck in REBUILD until a third one', async () => {
  const cloud = modelCloud({ races: 'conductor' })
  expect([cloud.evacuate('compute-04'), cloud.evacuate('compute-03')]).toEqual(['200', '200'])
  expect(cloud.look()).toEqual(stuck('accepted -> compute-03', 'accepted -> compute-04'))
  await cloud.pass(300)
  expect(cloud.look()).toEqual(stuck('accepted -> compute-03', 'failed -> compute-04'))
  expect(cloud.evacuate('compute-04')).toBe('200')
  await cloud.pass(10)
  const migrations = ['accepted -> compute-04', 'done -> compute-04', 'failed -> compute-04']
  expect(cloud.look()).toEqual({ ...arrived, migrations })
})

test('twice at once, met on the target: an error, a running copy, and nothing goes there any more', async () => {
  const cloud = modelCloud({ races: 'target' })
  cloud.evacuate('compute-04')
  cloud.evacuate('compute-04')
  await cloud.pass(300)
  const look = cloud.look()
  expect(look.fault).toMatch(/^Conflict updating instance vm\. Expected: {'task_state': \['rebuild_spawning'\]}/)
  const runsOn = ['compute-01', 'compute-04']
  const left = { ...{ status: 'ERROR', task: undefined, host: 'compute-01' }, runsOn }
  expect(look).toMatchObject({ ...left, migrations: ['accepted -> compute-04', 'failed -> compute-04'] })
  cloud.evacuate('compute-04')
  await cloud.pass(10)
  expect(cloud.look()).toMatchObject({
    ...{ ...left, fault: 'Instance instance-00000001 already exists.' },
    migrations: ['accepted -> compute-04', 'failed -> compute-04', 'failed -> compute-04']
  })
})

test('a member of an anti-affinity group does not go to another member', async () => {
  const cloud = modelCloud({
    changes: { 'compute-04': { servers: [{ name: 'sister' }] } },
    groups: [{ id: 'apart', policy: 'anti-affinity', members: ['vm', 'sister'] }]
  })
  cloud.evacuate('compute-04')
  await cloud.pass(10)
  expect(cloud.look()).toEqual(ended(notEnough, 'error', 'compute-04'))
  cloud.evacuate(undefined)
  await cloud.pass(10)
  expect(cloud.look()).toMatchObject({ status: 'ACTIVE', host: 'compute-02' })
})

test.each(['paused', 'suspended', 'rescued', 'resized', 'shelved_offloaded', 'building'])(
  "a server that is %s can't be evacuated, and after os-resetState it can",
  async vmState => {
    const vm: ServerSpec = { name: 'vm', vmState }
    const cloud = modelCloud({ changes: { 'compute-01': { servers: [vm] } } })
    expect(cloud.evacuate('compute-04')).toBe(`409 Cannot 'evacuate' instance vm while it is in vm_state ${vmState}`)
    resetState(cloud.world, 'vm', 'error')
    expect(cloud.evacuate('compute-04')).toBe('200')
    await cloud.pass(10)
    expect(cloud.look()).toMatchObject({ status: 'ACTIVE', host: 'compute-04' })
  }
)

test('neither a lock nor a task keeps a server from being evacuated', async () => {
  const cloud = modelCloud()
  cloud.server().locked = true
  change(cloud.world, 'vm', changes.rebootHard)
  expect(cloud.look()).toMatchObject({ status: 'HARD_REBOOT', task: 'rebooting_hard' })
  expect(cloud.evacuate('compute-04')).toBe('200')
  await cloud.pass(10)
  expect(cloud.look()).toEqual(arrived)
})

test.each([
  ['stopped', false, 'SHUTOFF', []],
  ['stopped', true, 'SHUTOFF', []],
  ['active', true, 'SHUTOFF', ['compute-01']],
  ['error', true, 'ACTIVE', ['compute-01', 'compute-04']]
])('%s, to be left stopped: %s: it ends %s', async (vmState, stops, status, runsOn) => {
  const cloud = modelCloud({ changes: { 'compute-01': { servers: [{ name: 'vm', vmState }] } } })
  cloud.evacuate('compute-04', { stops })
  await cloud.pass(10)
  expect(cloud.look()).toMatchObject({ status, host: 'compute-04', runsOn, migrations: ['done -> compute-04'] })
})

test('one that ends stopped runs on the target for a moment, while its host is still the source', async () => {
  const cloud = modelCloud({ changes: { 'compute-01': { servers: [{ name: 'vm', vmState: 'stopped' }] } } })
  cloud.evacuate('compute-04')
  const seen: string[] = []
  for (let tenths = 0; tenths < 100; tenths++) {
    await cloud.pass(0.1)
    const { status, task, host, runsOn, migrations } = cloud.look()
    const line = [status, task ?? '-', host, runsOn.join() || 'nowhere', migrations.join()].join(' ')
    if (seen.at(-1) !== line) seen.push(line)
  }
  expect(seen).toEqual([
    'REBUILD rebuilding compute-01 nowhere accepted -> compute-04',
    'REBUILD rebuild_spawning compute-01 nowhere pre-migrating -> compute-04',
    'ACTIVE powering-off compute-01 compute-04 pre-migrating -> compute-04',
    'SHUTOFF - compute-01 nowhere pre-migrating -> compute-04',
    'SHUTOFF - compute-04 nowhere done -> compute-04'
  ])
  expect(cloud.server().actions[0]?.events.map(({ event, result }) => `${event} ${result}`)).toEqual([
    'rebuild_server Success',
    'compute_rebuild_instance Success',
    'compute_stop_instance Success'
  ])
})

test('a target takes one server after the other', async () => {
  const cloud = modelCloud({ changes: { 'compute-01': { servers: 3 } } })
  for (const id of ['vm-01-1', 'vm-01-2', 'vm-01-3']) cloud.evacuate('compute-04', { server: id })
  await cloud.pass(5.6)
  expect(cloud.world.migrations.map(record => record.status)).toEqual(['done', 'pre-migrating', 'pre-migrating'])
})
