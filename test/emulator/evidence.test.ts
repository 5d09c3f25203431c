import { afterEach, expect, test } from '@jest/globals'
import { befall } from '../../src/emulator/befall.ts'
import type { BmcHabits } from '../../src/emulator/model/bmc.ts'
import { whereRunning } from '../../src/emulator/model/oracle.ts'
import type { HostDeed } from '../../src/emulator/scenario-event.ts'
import type { Emulator } from '../../src/emulator/start-emulator.ts'
import { startEmulator } from '../../src/emulator/start-emulator.ts'
import type { DryRunView } from '../../src/schemas/dry-run.d.ts'
import type { Health } from '../../src/schemas/health.d.ts'
import { until } from '../e2e/until.ts'
import type { RealService } from './real-service.ts'
import { startService } from './real-service.ts'

const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

interface View {
  readonly state: string
  readonly hold?: { readonly code: string; readonly reason: string }
  readonly evidence?: {
    readonly verdict: string
    readonly because: string
    readonly observations: readonly { source: string; way: string; says: string; detail: string; atMs: number }[]
  }
}

const host = 'compute-01'

test('a host that is cut off and still writes its heartbeat is isolated: fenced, and every guest on the spare', async () => {
  const { emulator, service } = await started()
  const guests = [...emulator.world.servers.values()].filter(server => server.host === host)
  happen(emulator, 'cutOff')
  await service.post('/v1/recoveries', { host, reason: 'it is cut off' })

  const view = await ended(service)
  expect(view.state).toBe('recovered')
  expect(view.evidence?.verdict).toBe('isolated')
  expect(view.evidence?.observations.map(({ source, says }) => `${source} ${says}`)).toEqual([
    'nova down',
    'ssh:22 silent',
    'exec:storage alive',
    'power:bmc unknown',
    'signals down',
    'others note'
  ])
  expect(view.evidence?.observations[2]?.detail).toMatch(/^its heartbeat is \d+ ms old$/)
  expect(guests.map(({ id }) => whereRunning(emulator.world, id))).toEqual(guests.map(() => ['compute-03']))
  expect(emulator.world.findings).toEqual([])
}, 120_000)

test('a host whose nova-compute alone is down is held, and the answer says what each source saw', async () => {
  const { emulator, service } = await started()
  happen(emulator, 'killCompute')
  await service.post('/v1/recoveries', { host, reason: 'its servers are there' })
  const view = await ended(service)
  expect(view.state).toBe('held')
  expect(view.evidence?.verdict).toBe('compute-down')
  expect(view.evidence?.because).toContain('only nova-compute is down')
  for (const one of view.evidence?.observations ?? []) expect(one.atMs).toBeGreaterThan(0)
  expect(emulator.world.deeds).toEqual([])
}, 120_000)

test('a BMC that said off of a host that runs is named by health, and fences nothing when the host is cut off, nor after a restart', async () => {
  const { emulator, service: first } = await started({ mode: 'lies' })
  const health = await until('the rehearsal to find it', 60_000, async () => {
    const seen = await first.get<Health>('/health')
    return (seen.segments[0]?.fencing?.failed.length ?? 0) > 0 ? seen : undefined
  })
  expect(health).toMatchObject({
    status: 'degraded',
    segments: [{ fencing: { failed: [{ host, agent: 'bmc', error: expect.stringContaining('says off while') }] } }]
  })
  happen(emulator, 'cutOff')
  const service = await first.restarted()
  undo.push(service.stop)
  const wouldBe = await service.post<DryRunView>('/v1/recoveries', { host, reason: 'what if', dryRun: true })
  expect(wouldBe.summary).toMatch(/it would be held: not-fenced: .*bmc: it is not believed of/)
  await service.post('/v1/recoveries', { host, reason: 'it is cut off' })
  const view = await ended(service)
  expect(view).toMatchObject({ state: 'held', hold: { code: 'not-fenced' }, proofs: {} })
  expect(await service.get<Health>('/health')).toMatchObject({
    segments: [
      { fencing: { failed: [{ host, agent: 'bmc', error: expect.stringContaining('is not believed since') }] } }
    ]
  })
  expect(view.hold?.reason).toMatch(
    /not believed of compute-.*: at 20.*Z it said off .* Switch the host off, see that it is off, and vouch for it; a retry helps only/
  )
  expect(emulator.world.deeds).toEqual([])
}, 180_000)

/** What an operator's own program does: exit status 0, 10, or anything else. */
const probe = `
  const answer = await fetch(process.argv[1] + '/storage/heartbeats/' + process.env.SWITCHOVER_HOST)
  const { ageMs } = await answer.json()
  console.log('its heartbeat is ' + ageMs + ' ms old')
  process.exit(ageMs < 1500 ? 0 : 10)
`

async function started(bmc: Partial<BmcHabits> = {}): Promise<{ emulator: Emulator; service: RealService }> {
  const emulator = await startEmulator({
    spec: {
      pace: 10,
      serviceDownSeconds: 1,
      timing: { reportEveryMs: 200, monitorMs: 100 },
      hosts: { [host]: { servers: 3, bmc }, 'compute-02': { servers: 1 }, 'compute-03': { spare: true } }
    }
  })
  undo.push(emulator.close)
  const exec = [process.execPath, '--input-type=module', '-e', probe, emulator.url]
  const service = await startService(emulator, {
    hosts: [host, 'compute-02'],
    spares: ['compute-03'],
    power: true,
    alive: [{ exec, name: 'storage', beside: 'network', timeoutSeconds: 30 }]
  })
  undo.push(service.stop)
  return { emulator, service }
}

function happen({ world }: Emulator, deed: HostDeed): void {
  befall(world, { do: deed, host })
}

function ended(service: RealService): Promise<View> {
  return until(`the recovery of ${host} to end`, 110_000, async () => {
    const { items } = await service.get<{ items: { id: string; state: string }[] }>(`/v1/recoveries?host=${host}`)
    const found = items.find(({ state }) => ['recovered', 'partial', 'held', 'dismissed'].includes(state))
    return found && (await service.get<View>(`/v1/recoveries/${found.id}`))
  })
}
