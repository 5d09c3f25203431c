import { expect, test } from '@jest/globals'
import { endCompute, powerOff } from '../../src/emulator/model/hosts.ts'
import { change, changes } from '../../src/emulator/model/nova-lifecycle.ts'
import { createServer, deleteServer } from '../../src/emulator/model/nova-servers.ts'
import { boot, startCompute } from '../../src/emulator/model/start-compute.ts'
import { modelCloud } from './model-cloud.ts'

const refusal =
  '400 Unable to force up host compute-01 as `done` evacuation migration records remain associated with the host. ' +
  'Ensure the compute service has been restarted, allowing these records to move to `completed` before retrying this request.'

test('killed and evacuated: it runs twice, cannot be forced up, and cleans up when its nova-compute starts', async () => {
  const cloud = modelCloud()
  cloud.evacuate('compute-04')
  await cloud.pass(10)
  expect(cloud.look().runsOn).toEqual(['compute-01', 'compute-04'])
  expect([...cloud.server().allocatedOn]).toEqual(['compute-01', 'compute-04'])
  expect(cloud.force('compute-01', false)).toBe(refusal)
  startCompute(cloud.world, cloud.host('compute-01'))
  expect(cloud.look()).toMatchObject({ runsOn: ['compute-04'], migrations: ['completed -> compute-04'] })
  expect([...cloud.server().allocatedOn]).toEqual(['compute-04'])
  const booted = createServer(cloud.world, { name: 'x' }, { host: 'compute-01' })
  expect(booted).toMatchObject({ vmState: 'error', host: undefined })
  expect(booted.fault).toBe('No valid host was found. There are not enough hosts available.')
  expect(cloud.force('compute-01', false)).toBe('200')
})

test('hung, evacuated and woken: nothing cleans up, and its guests run twice', async () => {
  const cloud = modelCloud({ alive: true })
  endCompute(cloud.world, cloud.host('compute-01'), 'hung')
  cloud.force('compute-01', true)
  cloud.evacuate('compute-04')
  await cloud.pass(10)
  startCompute(cloud.world, cloud.host('compute-01'))
  expect(cloud.force('compute-01', false)).toBe(refusal)
  await cloud.pass(75)
  expect(cloud.look()).toMatchObject({ runsOn: ['compute-01', 'compute-04'], migrations: ['done -> compute-04'] })
  endCompute(cloud.world, cloud.host('compute-01'), 'stopped')
  startCompute(cloud.world, cloud.host('compute-01'))
  expect(cloud.look()).toMatchObject({ runsOn: ['compute-04'], migrations: ['completed -> compute-04'] })
})

test('back during the evacuation: its guest is destroyed at once, and the evacuation ends all the same', async () => {
  const cloud = modelCloud({ changes: { 'compute-04': { habits: { spawnMs: 25_000 } } } })
  cloud.evacuate('compute-04')
  await cloud.pass(3)
  startCompute(cloud.world, cloud.host('compute-01'))
  expect(cloud.look()).toMatchObject({ runsOn: [], migrations: ['completed -> compute-04'], status: 'REBUILD' })
  await cloud.pass(30)
  expect(cloud.look()).toMatchObject({ runsOn: ['compute-04'], migrations: ['done -> compute-04'], status: 'ACTIVE' })
})

test('a failed evacuation does not count: the guest stays where it is when the source returns', async () => {
  const cloud = modelCloud({ changes: { 'compute-04': { habits: { failSpawn: 1 } } } })
  cloud.evacuate('compute-04')
  await cloud.pass(10)
  startCompute(cloud.world, cloud.host('compute-01'))
  expect(cloud.look().runsOn).toEqual(['compute-01'])
})

test('of two records of one server a restart completes one only', async () => {
  const cloud = modelCloud()
  endCompute(cloud.world, cloud.host('compute-03'), 'stopped')
  cloud.evacuate('compute-03')
  await cloud.pass(5)
  cloud.evacuate('compute-04')
  await cloud.pass(10)
  startCompute(cloud.world, cloud.host('compute-01'))
  expect(cloud.look().migrations.filter(line => line.startsWith('completed'))).toHaveLength(1)
})

test('killed, not evacuated, started again: as it was', () => {
  const cloud = modelCloud()
  startCompute(cloud.world, cloud.host('compute-01'))
  expect(cloud.look()).toMatchObject({ status: 'ACTIVE', runsOn: ['compute-01'] })
})

test('powered off, not evacuated, started again: its servers are found to be off a while later', async () => {
  const cloud = modelCloud({ alive: true })
  powerOff(cloud.world, cloud.host('compute-01'))
  boot(cloud.world, cloud.host('compute-01'))
  await cloud.pass(60)
  expect(cloud.look()).toMatchObject({ status: 'ACTIVE', runsOn: [] })
  await cloud.pass(600)
  expect(cloud.look()).toMatchObject({ status: 'SHUTOFF', runsOn: [] })
})

test('a queued start brings a guest back that runs elsewhere by now', async () => {
  const cloud = modelCloud({ changes: { 'compute-01': { servers: [{ name: 'vm', vmState: 'stopped' }] } } })
  change(cloud.world, 'vm', changes.start)
  expect(cloud.look()).toMatchObject({ status: 'SHUTOFF', task: 'powering-on' })
  cloud.evacuate('compute-04')
  await cloud.pass(10)
  change(cloud.world, 'vm', changes.start)
  expect(cloud.look()).toMatchObject({ status: 'ACTIVE', runsOn: ['compute-04'] })
  startCompute(cloud.world, cloud.host('compute-01'))
  expect(cloud.look()).toMatchObject({ status: 'ACTIVE', host: 'compute-04', runsOn: ['compute-01', 'compute-04'] })
  expect(cloud.world.findings.join()).toContain('vm runs on compute-01 and compute-04')
})

test('a server in BUILD goes to ERROR without a fault when its nova-compute starts', async () => {
  const cloud = modelCloud({ alive: true, changes: { 'compute-02': { habits: { spawnMs: 60_000 } } } })
  const server = createServer(cloud.world, { name: 'new' }, { host: 'compute-02' })
  await cloud.pass(5)
  expect(cloud.look(server.id)).toMatchObject({ status: 'BUILD', host: 'compute-02' })
  endCompute(cloud.world, cloud.host('compute-02'), 'stopped')
  startCompute(cloud.world, cloud.host('compute-02'))
  await cloud.pass(100)
  expect(cloud.look(server.id)).toMatchObject({ status: 'ERROR', fault: undefined, runsOn: [] })
})

test('a server that is deleted while its host is away leaves its guest there', () => {
  const cloud = modelCloud()
  deleteServer(cloud.world, 'vm')
  expect(cloud.look()).toMatchObject({ status: '404', runsOn: ['compute-01'] })
  expect(cloud.evacuate('compute-04')).toBe('404 Instance vm could not be found.')
})
