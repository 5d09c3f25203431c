import { expect, test } from '@jest/globals'
import { objectionToPowerOff } from '../../src/controller/activities/fencing/before-power-off.ts'
import type { Context } from '../../src/controller/recovery/context.ts'
import type { NodeMaintenance } from '../../src/core/guards/maintenance.ts'
import { hostOf, readingOf, recoveryOf } from '../core/builders.ts'

function contextOf(node: NodeMaintenance): Context {
  const reading = readingOf(hostOf('compute-02'))
  return {
    ports: {
      cloud: { hosts: async () => reading, serversOn: async () => [] },
      nodes: { maintenanceOf: async () => node }
    },
    recovery: recoveryOf(),
    steps: []
  } as unknown as Context
}

test('a target that others have in maintenance in Ironic is not powered off', async () => {
  const theirs = contextOf({ maintenance: true, reason: 'new disks' })
  expect(await objectionToPowerOff(theirs, 'compute-02')).toMatchObject({
    hold: { code: 'target', releasedBy: 'person', reason: expect.stringContaining('new disks') }
  })
  expect(await objectionToPowerOff(contextOf('not applicable'), 'compute-02')).toBeUndefined()
})
