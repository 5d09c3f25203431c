import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type BigCloud, bigCloud } from '../../bench/big-cloud.ts'
import { percentile } from '../../bench/table.ts'
import type { Emulator } from '../../src/emulator/start-emulator.ts'
import type { ServiceProcess } from '../e2e/service.ts'
import { secrets } from '../e2e/service-config.ts'
import { until } from '../e2e/until.ts'
import { allOf } from './deliver.ts'
import { createRawClient, type RawAnswer, type RawClient } from './raw.ts'
import { onStage, type Report, type Stage } from './stage.ts'
import { misplaced, movedTwice, wronged } from './truth.ts'

export interface Storm {
  readonly hosts: number
  readonly alarms: number
  readonly seconds: number
  /** One host in so many is truly dead. */
  readonly oneDeadIn: number
}

const ends = ['recovered', 'partial', 'dismissed', 'cancelled']
/** More are not held for good. */
const openMax = 20
const racks = 5
const sparesPerRack = 2
/** One alarm in so many is the very delivery of an earlier one, again. */
const oneRepeatedIn = 10

/** Alarms for every host, of which few are dead; in the last rack one more than its segment lets recover. */
export async function storm(size: Storm): Promise<Report> {
  const cloud = bigCloud({ hosts: size.hosts + racks * sparesPerRack, servers: size.hosts * 2, racks, sparesPerRack })
  const spec = { ...cloud.spec, serviceDownSeconds: 8, timing: { reportEveryMs: 2000 } }
  return await onStage({ spec, wishes: emulator => ({ more: configOf(cloud, emulator) }) }, async stage => {
    const dead = deadOf(cloud, size)
    const ids = [...stage.emulator.world.servers.keys()]
    const client = createRawClient(stage.service.url)
    try {
      await until('the hosts to be known', 60_000, async () => (await healthSegments(stage.service)) === racks)
      await stage.lab.panic(...dead)
      const watching = new AbortController()
      const health = watchHealth(client, watching.signal)
      const offered = await blow(client, carriersOf(cloud), size)
      await settled(stage.service)
      watching.abort()
      return await judge(stage, { dead, ids, offered, health: await health })
    } finally {
      client.close()
    }
  })
}

interface Offered {
  readonly key: string
  readonly answer: RawAnswer
}

interface Seen {
  readonly dead: readonly string[]
  readonly ids: readonly string[]
  readonly offered: readonly Offered[]
  readonly health: readonly RawAnswer[]
}

/** Open loop: each comes at its time, whether or not those before were answered. */
async function blow(client: RawClient, hosts: readonly string[], { alarms, seconds }: Storm): Promise<Offered[]> {
  const begunMs = performance.now()
  const running: Promise<Offered>[] = []
  for (let number = 0; number < alarms; number++) {
    const dueMs = begunMs + (number * 1000 * seconds) / alarms
    const waitMs = dueMs - performance.now()
    if (waitMs > 1) await delay(waitMs)
    const isRepeated = number % oneRepeatedIn === oneRepeatedIn - 1
    running.push(deliver(client, hosts, isRepeated ? number - (oneRepeatedIn >> 1) : number, dueMs))
  }
  return await Promise.all(running)
}

async function deliver(client: RawClient, hosts: readonly string[], number: number, dueMs: number): Promise<Offered> {
  // Neighbours in time are hosts of different racks.
  const host = hosts[(number * 7919) % hosts.length] ?? ''
  const key = `event-${number}`
  const event = { message_id: key, event_type: 'compute.host.down', traits: [['host', 1, host]] }
  const body = JSON.stringify({
    ...{ alarm_id: `alarm-of-${host}`, alarm_name: `host-down-${host}`, severity: 'critical', previous: 'ok' },
    ...{ current: 'alarm', reason: 'Event hits the query', reason_data: { type: 'event', event } }
  })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secrets.alarms}` }
  return { key, answer: await client.ask({ method: 'POST', path: '/v1/alarms', headers, body, dueMs }) }
}

async function watchHealth(client: RawClient, end: AbortSignal): Promise<RawAnswer[]> {
  const answers: RawAnswer[] = []
  const headers = { authorization: `Bearer ${secrets.viewer}` }
  while (!end.aborted) {
    answers.push(await client.ask({ method: 'GET', path: '/health', headers }))
    await delay(250)
  }
  return answers
}

/** Until every recovery has ended, or is held by the storm guard: a hold for want of a verdict looks on, and ends by itself. */
async function settled(service: ServiceProcess): Promise<void> {
  await until('the recoveries to end', 300_000, async () => {
    const all = await allOf<{ id: string; state: string }>(service, '/v1/recoveries')
    const open = all.filter(({ state }) => !ends.includes(state))
    if (open.length > openMax || open.some(({ state }) => state !== 'held')) return undefined
    const views = await Promise.all(open.map(({ id }) => service.recovery(id)))
    return views.every(({ hold }) => hold?.code === 'guard')
  })
}

async function judge({ emulator, service }: Stage, seen: Seen): Promise<Report> {
  const { dead, ids, offered, health } = seen
  const taken = offered.filter(({ answer }) => answer.status === 202)
  const stored = await allOf<{ id: string; source: string }>(service, '/v1/signals')
  const signals = stored.filter(({ source }) => source === 'aodh')
  const recoveries = await allOf<{ host: string; state: string }>(service, '/v1/recoveries')
  const ended = (state: string) => recoveries.filter(recovery => recovery.state === state).length
  const times = taken.map(({ answer }) => answer.ms).toSorted((a, b) => a - b)
  const healthTimes = health.map(({ ms }) => ms).toSorted((a, b) => a - b)
  const distinct = new Set(taken.map(({ key }) => key)).size
  return {
    figures: {
      ...{ offered: offered.length, accepted: taken.length, refused: offered.length - taken.length },
      ...{
        stored: signals.length,
        duplicates: taken.length - distinct,
        'found by the poll': stored.length - signals.length
      },
      ...{ 'alarm p50 ms': round(percentile(times, 50)), 'alarm p99 ms': round(percentile(times, 99)) },
      ...{ 'health asked': health.length, 'health p99 ms': round(percentile(healthTimes, 99)) },
      'processor time of the service, s': processorSeconds(service.pid()),
      ...{
        'hosts dead': dead.length,
        recovered: ended('recovered'),
        held: ended('held'),
        dismissed: ended('dismissed')
      }
    },
    broken: [
      ...storedOnce(
        taken,
        signals.map(({ id }) => id)
      ),
      ...offered.flatMap(({ answer }) =>
        [202, 429, 503].includes(answer.status) ? [] : [`an alarm: ${told(answer)}`]
      ),
      ...health.flatMap(answer => (answer.status === 200 ? [] : [`/health: ${told(answer)}`])),
      ...(await recoveredOnce(service, dead, recoveries)),
      ...wronged(emulator, dead),
      ...movedTwice(emulator),
      ...misplaced(emulator, stillRunning(emulator, ids, recoveries))
    ]
  }
}

/** Each delivery that was acknowledged is one signal, its repetition the same one, and nothing else is there. */
function storedOnce(taken: readonly Offered[], stored: readonly string[]): string[] {
  const byKey = new Map<string, string>()
  const broken: string[] = []
  for (const { key, answer } of taken) {
    const { signal } = JSON.parse(answer.text) as { signal: string }
    const before = byKey.get(key)
    if (before !== undefined && before !== signal) broken.push(`${key} is stored as ${before} and as ${signal}`)
    byKey.set(key, signal)
  }
  const known = new Set(stored)
  if (known.size !== stored.length) broken.push('a signal is listed twice')
  if (known.size !== byKey.size) broken.push(`${byKey.size} were acknowledged, ${known.size} are stored`)
  for (const [key, signal] of byKey) if (!known.has(signal)) broken.push(`${key} is acknowledged and not stored`)
  return broken
}

/** A dead host has one recovery that acted, or one that the storm guard holds and says why. */
async function recoveredOnce(
  service: ServiceProcess,
  dead: readonly string[],
  recoveries: readonly { readonly id?: string; readonly host: string; readonly state: string }[]
): Promise<string[]> {
  const broken: string[] = []
  for (const host of dead) {
    const own = recoveries.filter(recovery => recovery.host === host && recovery.state !== 'dismissed')
    if (own.length !== 1) broken.push(`${host} has ${own.length} recoveries`)
    for (const { id, state } of own) {
      if (state === 'recovered') continue
      const { hold } = await service.recovery(id ?? '')
      if (hold?.code !== 'guard' || hold.reason === '') broken.push(`${host}: ${state} ${JSON.stringify(hold)}`)
    }
  }
  const others = recoveries.filter(({ host, state }) => !dead.includes(host) && state !== 'dismissed')
  return [...broken, ...others.map(({ host, state }) => `${host} is well, and its recovery is ${state}`)]
}

/** Those of a host that is held are still down with it. */
function stillRunning(
  { world }: Emulator,
  ids: readonly string[],
  recoveries: readonly { host: string; state: string }[]
) {
  const held = recoveries.filter(({ state }) => state === 'held').map(({ host }) => host)
  return ids.filter(id => !held.includes(world.servers.get(id)?.host ?? ''))
}

async function healthSegments(service: ServiceProcess): Promise<number> {
  const { body } = await service.request('GET', '/health')
  return (body as { segments: { hosts: number }[] }).segments.filter(({ hosts }) => hosts > 0).length
}

function carriersOf(cloud: BigCloud): string[] {
  return cloud.racks.flatMap(({ hosts }) => hosts)
}

/** One in each rack and so on; the last two are in the last rack, whose segment lets one of them recover. */
function deadOf(cloud: BigCloud, { hosts, oneDeadIn }: Storm): string[] {
  const count = Math.max(2, Math.round(hosts / oneDeadIn))
  const last = cloud.racks.at(-1)?.hosts.slice(0, 2) ?? []
  const others = Array.from(
    { length: count - 2 },
    (_, index) => cloud.racks[index % (racks - 1)]?.hosts.at(-1 - Math.floor(index / (racks - 1))) ?? ''
  )
  return [...others, ...last]
}

function configOf(cloud: BigCloud, emulator: Emulator): Record<string, unknown> {
  const segments = cloud.racks.map(({ name, hosts, spares }, index) => ({
    name,
    hosts: { aggregate: name },
    spares: { aggregate: `${name}-spares` },
    method: 'reserved_host',
    storage: 'shared',
    confirm: {
      ...{ downSeconds: 10, timeoutSeconds: 60 },
      alive: [
        { ssh: 22, hosts: Object.fromEntries([...hosts, ...spares].map(host => [host, emulator.sshAddress(host)])) }
      ]
    },
    limits: { recoveriesPerHour: index === racks - 1 ? 1 : 100, hostsDownPercent: 50, quietMinutes: 0 },
    fencing: ['bmc']
  }))
  return { segments }
}

/** User and system time so far, of /proc: the 14th and 15th word, in hundredths. */
function processorSeconds(pid: number | undefined): number {
  const words = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Math.round((Number(words[11]) + Number(words[12])) / 100)
}

function told({ status, text }: RawAnswer): string {
  return `${status} ${text.slice(0, 200)}`
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
