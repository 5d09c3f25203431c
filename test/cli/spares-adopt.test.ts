import { expect, test } from '@jest/globals'
import { adoptionOf } from '../../src/cli/spares-adopt.ts'
import { cloudWith, facts, host, spare } from './world.ts'

const ask = (found: ReturnType<typeof host>, servers = 0) =>
  adoptionOf('spare-1', facts(found), cloudWith({ 'spare-1': servers }))

test('an enabled, empty host is adopted', async () => {
  expect(await ask(host('spare-1'))).toEqual({
    host: 'spare-1',
    action: 'adopt',
    because: 'is enabled; will be disabled with the reason "switchover: spare"',
    serviceId: 'id-of-spare-1'
  })
})

test('a host that we had isolated, and that is back and empty, is adopted', async () => {
  expect(await ask(spare('spare-1', { disabledReason: 'switchover: failed, recovery 1' }))).toMatchObject({
    action: 'adopt'
  })
})

test('a spare stays what it is', async () => {
  expect(await ask(spare('spare-1'))).toMatchObject({ action: 'keep' })
})

test('an enabled host that runs servers is a spare that was used: it is left alone, and that is no failure', async () => {
  expect(await ask(host('spare-1'), 4)).toEqual({
    host: 'spare-1',
    action: 'in-use',
    because: 'runs 4 servers (server-0, server-1, server-2 …): move them away first, if it is to be a spare'
  })
})

test.each([
  [
    'is a spare that runs servers',
    spare('spare-1'),
    1,
    'runs 1 servers (server-0): move them away first, if it is to be a spare'
  ],
  [
    'others disabled',
    host('spare-1', { status: 'disabled', disabledReason: 'repair' }),
    0,
    'was disabled by others ("repair"): enable it first, if it is to be a spare'
  ],
  [
    'others disabled without a word',
    host('spare-1', { status: 'disabled' }),
    0,
    'was disabled by others: enable it first, if it is to be a spare'
  ],
  ['is held down', host('spare-1', { forcedDown: true }), 0, 'is forced down'],
  ['is down', host('spare-1', { state: 'down' }), 0, 'Nova calls it down'],
  ['does not exist', host('other'), 0, 'Nova lists no such nova-compute (it has other)']
])('a host that %s is left alone', async (_what, found, servers, because) => {
  expect(await ask(found, servers)).toEqual({ host: 'spare-1', action: 'refuse', because })
})
