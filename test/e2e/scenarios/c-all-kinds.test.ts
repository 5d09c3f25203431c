import { expect } from '@jest/globals'
import { expectMovedOnce, settled, waitForStatus } from '../expectations.ts'
import type { OpenStack } from '../openstack.ts'
import { scenario } from '../scenario.ts'

scenario(
  'c',
  'active, stopped, paused, broken, locked and grouped servers each end as they should',
  {},
  async world => {
    const { lab, cloud, service } = world
    const kinds = await makeAllKinds(cloud)
    await lab.alarm(service.alarmUrl('/v1/alarms', 'query'), 'compute-01')
    await lab.panic('compute-01')

    const { id } = await service.opened('compute-01')
    const view = await service.waitFor(id, 'the recovery to end', settled)

    expect(view.state).toBe('recovered')
    const target = view.plan?.targets[0]
    const { partner, ...moved } = kinds
    const ends: Record<string, unknown> = {}
    for (const [kind, server] of Object.entries(kinds)) {
      const { status, locked, ...rest } = await cloud.server(server)
      ends[kind] = { status, locked, host: rest['OS-EXT-SRV-ATTR:host'] }
    }
    expect(ends).toEqual({
      active: { status: 'ACTIVE', locked: false, host: target },
      stopped: { status: 'SHUTOFF', locked: false, host: target },
      paused: { status: 'ACTIVE', locked: false, host: target },
      broken: { status: 'ACTIVE', locked: false, host: target },
      locked: { status: 'ACTIVE', locked: true, host: target },
      member: { status: 'ACTIVE', locked: false, host: target },
      partner: { status: 'ACTIVE', locked: false, host: 'compute-02' }
    })
    await expectMovedOnce(cloud, Object.values(moved), 'compute-01')
    expect(await cloud.actions(partner)).toEqual(['create'])
    const guests = (await lab.guests()).filter(line => line.includes(kinds.stopped))
    expect(guests.filter(line => line.endsWith('runs'))).toEqual([])
    // What was in its memory is lost, and somebody has to be told.
    expect(JSON.stringify([view.moveList, view.timeline])).toMatch(/memory/i)
  }
)

async function makeAllKinds(cloud: OpenStack) {
  const group = await cloud.createGroup('apart', 'anti-affinity')
  const make = async (name: string, host = 'compute-01', member = {}) => {
    const id = await cloud.createServer({ name, host, ...member })
    await waitForStatus(cloud, id, 'ACTIVE')
    return id
  }
  const kinds = {
    active: await make('active'),
    stopped: await make('stopped'),
    paused: await make('paused'),
    broken: await make('broken'),
    locked: await make('locked'),
    member: await make('member', 'compute-01', { group }),
    partner: await make('partner', 'compute-02', { group })
  }
  await cloud.act(kinds.stopped, { 'os-stop': null })
  await cloud.act(kinds.paused, { pause: null })
  await cloud.act(kinds.broken, { 'os-resetState': { state: 'error' } })
  await cloud.act(kinds.locked, { lock: null })
  await waitForStatus(cloud, kinds.stopped, 'SHUTOFF')
  await waitForStatus(cloud, kinds.paused, 'PAUSED')
  await waitForStatus(cloud, kinds.broken, 'ERROR')
  return kinds
}
