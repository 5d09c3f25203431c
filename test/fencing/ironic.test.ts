import { expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import { maintenanceGuard } from '../../src/core/guards/maintenance.ts'
import type { FenceAgent } from '../../src/fencing/agent.ts'
import { createIronic, type IronicOptions } from '../../src/fencing/ironic.ts'
import { hostOf } from '../core/builders.ts'
import type { SmallCloud } from '../openstack/small-cloud.ts'
import { startCloud } from '../openstack/small-cloud.ts'
import { silent, unused } from './deps.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'

/** A node as Ironic's database has it, and what its conductor does next. */
interface Node {
  power_state: string | null
  target_power_state: string | null
  last_error: string | null
  reservation: string | null
  maintenance: boolean
  maintenance_reason: string | null
  fault: string | null
}

interface Given {
  readonly node?: Partial<Node>
  readonly options?: Partial<IronicOptions>
  /** Answers to the PUT of the power in place of 202. */
  readonly refusal?: readonly [number, string]
}

async function given({ node: odd = {}, options = {}, refusal }: Given = {}): Promise<{
  node: Node
  cloud: SmallCloud
  agent: FenceAgent
}> {
  const node: Node = {
    ...{ power_state: 'power on', target_power_state: null, last_error: null, reservation: null },
    ...{ maintenance: false, maintenance_reason: null, fault: null },
    ...odd
  }
  const cloud = await startCloud(
    {
      'GET /baremetal/v1/nodes/node-1': () => [200, { uuid, ...node }],
      [`PUT /baremetal/v1/nodes/${uuid}/maintenance`]: asked => {
        node.maintenance = true
        node.maintenance_reason = (asked.body as { reason: string }).reason
        return [202]
      },
      [`PUT /baremetal/v1/nodes/${uuid}/states/power`]: () => {
        if (refusal !== undefined) return refusal
        // The conductor takes the lock before it answers, and sets the target only when it has asked the BMC.
        node.reservation = 'conductor-1'
        node.last_error = null
        return [202]
      }
    },
    { services: ['compute', 'baremetal'] }
  )
  const all: IronicOptions = { type: 'ironic', node: '{host}', settleSeconds: 90, hosts: {}, ...options }
  const deps = { ...unused, log: silent, clock: systemClock, bareMetal: () => cloud.openstack.bareMetal }
  return { node, cloud, agent: createIronic('undercloud', all, deps) }
}

const code = (expected: string) => ({ name: 'FencingError', code: expected })
const off = { target_power_state: null, reservation: null, power_state: 'power off' }

test('what Ironic remembers as off is hearsay until it was asked to power off, and again after that', async () => {
  const { node, agent } = await given({ node: { power_state: 'power off' } })
  const remembered = { agent: 'undercloud', method: 'ironic', power: 'off', identity: uuid, isHearsay: true }
  expect(await agent.read('node-1')).toMatchObject(remembered)
  await agent.powerOff('node-1')
  // The lock is held: nothing has been asked of the BMC so far, though the record says off.
  expect(await agent.read('node-1')).toMatchObject(remembered)
  node.target_power_state = 'power off'
  expect(await agent.read('node-1')).toMatchObject({ power: 'changing' })
  Object.assign(node, off)
  expect(await agent.read('node-1')).not.toHaveProperty('isHearsay')
  expect(await agent.read('node-1')).toMatchObject(remembered)
  // A node that is off already shows no target: only the lock tells that Ironic looks.
  await agent.powerOff('node-1')
  expect(await agent.read('node-1')).toMatchObject(remembered)
  Object.assign(node, off)
  expect(await agent.read('node-1')).not.toHaveProperty('isHearsay')
})

test('the node is in maintenance before it is powered off, with our reason, so that Ironic does not switch it on again', async () => {
  const { node, cloud, agent } = await given()
  expect(await agent.read('node-1')).toMatchObject({ power: 'on' })
  await agent.powerOff('node-1')
  const puts = cloud.server.asked.filter(({ method }) => method === 'PUT')
  expect(puts.map(({ path, body }) => [path.split('/').slice(5).join('/'), body])).toEqual([
    ['maintenance', { reason: expect.stringMatching(/^switchover: /) }],
    ['states/power', { target: 'power off' }]
  ])
  expect(puts.every(({ headers }) => headers['x-openstack-ironic-api-version'] === '1.42')).toBe(true)
  Object.assign(node, off)
  expect(await agent.read('node-1')).toMatchObject({ power: 'off' })
  expect(agent.settleMs).toBe(210_000)
})

test('the maintenance of others keeps its reason', async () => {
  const { node, agent } = await given({ node: { maintenance: true, maintenance_reason: 'new disks' } })
  await agent.powerOff('node-1')
  expect(node.maintenance_reason).toBe('new disks')
})

test('a power-off that Ironic could not do is told with its error', async () => {
  const { node, agent } = await given()
  await agent.powerOff('node-1')
  Object.assign(node, { reservation: null, power_state: 'error', last_error: 'Failed to set node power state' })
  await expect(agent.read('node-1')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('Failed to set node power state')
  })
})

test('a node that Ironic remembers as off, and whose BMC it did not reach, is not off', async () => {
  const { node, agent } = await given({ node: { power_state: 'power off', last_error: 'the same as before' } })
  await agent.powerOff('node-1')
  // It could not read the power, so it changed nothing but the error.
  Object.assign(node, { reservation: null, last_error: 'the same as before' })
  await expect(agent.read('node-1')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('the same as before')
  })
  expect(await agent.read('node-1')).toMatchObject({ power: 'off', isHearsay: true })
})

test.each([null, 'error'])('a power of %s is not known', async power => {
  const { agent } = await given({ node: { power_state: power } })
  await expect(agent.read('node-1')).rejects.toMatchObject(code('unreachable'))
})

test.each([
  [409, 'Node is locked by host conductor-1', 'unreachable'],
  [404, 'No valid host was found. Reason: No conductor service registered', 'unreachable'],
  [403, 'Forbidden', 'refused'],
  [400, 'The requested action can not be performed', 'refused'],
  [504, 'Gateway Timeout', 'unknown']
])('a power-off that is answered %i', async (status, text, expected) => {
  const { agent } = await given({ refusal: [status, text] })
  await expect(agent.powerOff('node-1')).rejects.toMatchObject(code(expected))
})

test('a node that is not there, or is another than the configured one, is not touched', async () => {
  const { cloud, agent } = await given({
    options: { hosts: { 'node-2': { node: 'gone' }, 'node-1': { uuid: 'a-b' } } }
  })
  await expect(agent.read('node-2')).rejects.toMatchObject(code('identity'))
  await expect(agent.powerOff('node-1')).rejects.toMatchObject(code('identity'))
  await expect(agent.leaveAlone?.('node-1')).rejects.toMatchObject(code('identity'))
  await expect(agent.maintenanceOf?.('node-1')).rejects.toMatchObject(code('identity'))
  expect(cloud.server.asked.filter(({ method, path }) => method === 'PUT' && path.includes('nodes'))).toEqual([])
})

test('maintenance is told with its reason, ours is known as ours, and what is no node is not under maintenance', async () => {
  const { node, agent } = await given({ node: { maintenance: true, maintenance_reason: 'bad DIMM' } })
  expect(await agent.maintenanceOf?.('node-1')).toEqual({ maintenance: true, reason: 'bad DIMM' })
  expect(await agent.maintenanceOf?.('node-2')).toBe('not applicable')
  node.maintenance = false
  await agent.powerOff('node-1')
  const ours = await agent.maintenanceOf?.('node-1')
  const host = hostOf('node-1')
  expect(maintenanceGuard(host, ours)).toMatchObject({ holds: false })
  expect(maintenanceGuard(host, { maintenance: true, reason: 'bad DIMM' })).toMatchObject({ holds: true })
})

test.each([
  ['During sync_power_state, max retries exceeded for node node-1', 'power failure', true],
  ['a person wrote this over it', 'power failure', undefined],
  ['During sync_power_state, max retries exceeded for node node-1', null, undefined]
])('maintenance for "%s", with the fault %s, is of Ironic itself: %s', async (reason, fault, isOfIronic) => {
  const { agent } = await given({ node: { maintenance: true, maintenance_reason: reason, fault } })
  const told = await agent.maintenanceOf?.('node-1')
  expect(told).toEqual({ maintenance: true, reason, ...(isOfIronic === undefined ? {} : { isOfIronic }) })
})

test('a node that another agent powers off is in maintenance before; what is no node, or maintained by others, is let be', async () => {
  const { node, cloud, agent } = await given()
  await agent.leaveAlone?.('node-2')
  expect(node.maintenance).toBe(false)
  await agent.leaveAlone?.('node-1')
  expect(node).toMatchObject({ maintenance: true, maintenance_reason: expect.stringMatching(/^switchover: /) })
  node.maintenance_reason = 'new disks'
  await agent.leaveAlone?.('node-1')
  expect(node.maintenance_reason).toBe('new disks')
  expect(cloud.asked(`PUT /baremetal/v1/nodes/${uuid}/states/power`)).toEqual([])
})
