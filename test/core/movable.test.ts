import { expect, test } from '@jest/globals'
import type { Server, ServerGroup } from '../../src/core/inventory.ts'
import { objectionToMoving } from '../../src/core/movable.ts'
import type { Settings } from '../../src/core/segment.ts'
import { serverOf, settings } from './builders.ts'

const careful: Settings = { ...settings, evacuate: { ...settings.evacuate, moveUnusual: false } }
const local: Settings = { ...settings, storage: 'local' }

test.each<[string, Partial<Server>, Settings, string]>([
  ['active', { vmState: 'active' }, settings, 'moves'],
  ['stopped', { vmState: 'stopped' }, settings, 'moves'],
  ['in error', { vmState: 'error' }, settings, 'moves'],
  ['locked', { locked: true }, settings, 'moves'],
  ['paused', { vmState: 'paused' }, settings, 'moves'],
  ['suspended', { vmState: 'suspended' }, settings, 'moves'],
  ['in rescue', { vmState: 'rescued' }, settings, 'moves'],
  ['paused, and moveUnusual is off', { vmState: 'paused' }, careful, 'kind'],
  ['suspended, and moveUnusual is off', { vmState: 'suspended' }, careful, 'kind'],
  ['in rescue, and moveUnusual is off', { vmState: 'rescued' }, careful, 'kind'],
  ['building', { vmState: 'building', launched: false }, settings, 'kind'],
  ['in error since it was made', { vmState: 'error', launched: false }, settings, 'kind'],
  ['shelved', { vmState: 'shelved' }, settings, 'kind'],
  ['shelved, on no host', { vmState: 'shelved_offloaded' }, settings, 'leaving'],
  ['resized, not confirmed', { vmState: 'resized' }, settings, 'kind'],
  ['in a state that is new to us', { vmState: 'levitating' }, settings, 'kind'],
  ['being deleted', { taskState: 'deleting' }, settings, 'leaving'],
  ['deleted softly', { vmState: 'soft-delete' }, settings, 'leaving'],
  [
    'being deleted before it started',
    { taskState: 'deleting', launched: false, vmState: 'building' },
    settings,
    'leaving'
  ],
  ['with a local disk on shared storage', { localDisk: true }, settings, 'moves'],
  ['with a local disk that would be lost', { localDisk: true }, local, 'kind'],
  ['with a local disk that may be lost', { localDisk: true }, { ...local, allowLocalDiskLoss: true }, 'moves'],
  ['on a volume, in a segment without shared storage', {}, local, 'moves']
])('a server that is %s', (_, changes, how, expected) => {
  const objection = objectionToMoving(serverOf('a', changes), [], how)
  expect(objection?.because ?? 'moves').toBe(expected)
  if (objection !== undefined) expect(objection.reason).not.toBe('')
})

test('strict affinity to a dead host can not be kept, every other policy can', () => {
  const group: ServerGroup = { id: 'g', policy: 'affinity', maxPerHost: 1, members: ['a'] }
  expect(objectionToMoving(serverOf('a'), [group], settings)?.because).toBe('kind')
  expect(objectionToMoving(serverOf('b'), [group], settings)).toBeUndefined()
  for (const policy of ['anti-affinity', 'soft-affinity', 'soft-anti-affinity'] as const)
    expect(objectionToMoving(serverOf('a'), [{ ...group, policy }], settings)).toBeUndefined()
})
