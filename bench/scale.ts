/**
 * A big cloud and the real service, a process each: how long a plan takes, how long a whole recovery, what the service needs of
 * the processor, of memory and of the cloud. The cloud is the emulator, so its own times (claims, spawns) are not a real one's.
 *
 *     node bench/scale.ts [--hosts 1000] [--servers 50000] [--racks 20] [--latency 0] [--idle 60] [--json FILE]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { RecoveryView } from '../test/e2e/views.ts'
import { type BigCloud, bigCloud } from './big-cloud.ts'
import { configFor, type Started } from './scale-config.ts'
import { type Client, countOf, createClient, peakOf, usageOf } from './service-client.ts'
import { freePort, startService } from './service-process.ts'
import { median, printTable } from './table.ts'

const plansMeasured = 5

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      hosts: { type: 'string', default: '1000' },
      servers: { type: 'string', default: '50000' },
      racks: { type: 'string', default: '20' },
      latency: { type: 'string', default: '0' },
      idle: { type: 'string', default: '60' },
      json: { type: 'string' }
    }
  })
  const [hosts, servers, racks] = [Number(values.hosts), Number(values.servers), Number(values.racks)]
  const size = { hosts, servers, racks, sparesPerRack: 2, latencyMs: Number(values.latency) }
  const cloud = bigCloud(size)
  const children: ChildProcess[] = []
  try {
    const program = join(import.meta.dirname, 'emulator-process.ts')
    const stdio = ['ignore', 'pipe', 'inherit'] as const
    const emulator = spawn(process.execPath, [program, JSON.stringify(size)], { stdio: [...stdio] })
    children.push(emulator)
    const started = await firstLine<Started>(emulator)
    const folder = mkdtempSync(join(tmpdir(), 'switchover-scale-'))
    const port = await freePort()
    writeFileSync(join(folder, 'clouds.yaml'), started.cloudsYaml)
    writeFileSync(join(folder, 'switchover.yaml'), JSON.stringify(configFor(folder, port, cloud, started)))
    const begunMs = Date.now()
    const service = await startService(folder, port)
    children.push(service)
    const measured = await measure(createClient(port), cloud, started, begunMs, Number(values.idle))
    const figures = { ...size, ...measured, peakMiB: peakOf(service.pid) ?? 'not known' }
    printTable(Object.entries(figures).map(([what, value]) => ({ what, value })))
    console.log(JSON.stringify(figures))
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`)
    if (figures.ended !== 'recovered') return 1
    // One that went wrong keeps its folder: the service's log is in it.
    rmSync(folder, { recursive: true })
    return 0
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
}

async function measure(client: Client, cloud: BigCloud, { url }: Started, begunMs: number, idleSeconds: number) {
  const ready = await waitUntil(60, async () => ((await client.text('/health/ready')) === undefined ? undefined : true))
  if (ready === undefined) throw new Error('the service does not become ready')
  const readySeconds = seconds(begunMs)
  const [first, second] = cloud.racks
  const reserved = await timePlans(client, first?.hosts ?? [])
  const auto = await timePlans(client, (second ?? first)?.hosts ?? [])
  await delay(2000)
  const before = await usageOf(client)
  await delay(idleSeconds * 1000)
  const after = await usageOf(client)
  const perMinute = 60 / idleSeconds
  const idle = {
    idleNovaCallsAMinute: round((countOf(after, 'nova') - countOf(before, 'nova')) * perMinute),
    idleCallsAMinute: round((countOf(after) - countOf(before)) * perMinute),
    idleCpuMsAMinute: round((after.cpuSeconds - before.cpuSeconds) * 1000 * perMinute)
  }
  const recovery = await timeRecovery(client, url, first?.hosts[0] ?? '')
  // The first one also pays for what a process does once; a second one shows what is left.
  const third = await timeRecovery(client, url, cloud.racks.at(-1)?.hosts.at(-1) ?? '')
  return {
    readySeconds,
    ...prefixed('reservedPlan', reserved),
    ...prefixed('autoPlan', auto),
    ...idle,
    residentMiB: after.residentMiB,
    ...recovery,
    secondCpuMsPerServer: third.cpuMsPerServer,
    secondUserCpuMsPerServer: third.userCpuMsPerServer,
    secondWholeRecoveryMs: third.wholeRecoveryMs
  }
}

/** Dry runs: everything that a recovery reads until it has its plan, evidence included. */
async function timePlans(client: Client, hosts: readonly string[]) {
  const times: number[] = []
  let calls = 0
  let cpuMs = 0
  for (const host of hosts.slice(0, plansMeasured)) {
    const before = await usageOf(client)
    const begunMs = performance.now()
    const { plan } = await client.get<{ plan: { moves: unknown[] } }>(`/v1/plan?host=${host}`)
    times.push(performance.now() - begunMs)
    if (plan.moves.length === 0) throw new Error(`${host}: nothing would move`)
    const after = await usageOf(client)
    calls = countOf(after) - countOf(before)
    cpuMs = (after.cpuSeconds - before.cpuSeconds) * 1000
  }
  return { FirstMs: round(times[0] ?? 0), MedianMs: round(median(times)), CpuMs: round(cpuMs), Calls: calls }
}

/** The host panics, Aodh rings, every server moves. */
async function timeRecovery(client: Client, url: string, host: string) {
  const lab = async (...words: string[]) => {
    await fetch(`${url}/lab`, { method: 'POST', body: JSON.stringify({ words }) })
  }
  await lab('alarm', 'host-down', '--url', client.alarmUrl, '--host', host)
  const before = await usageOf(client)
  await lab('host', 'panic', host)
  const list = `/v1/recoveries?host=${host}`
  const end = async () => {
    const { items } = await client.get<{ items: { id: string; state: string }[] }>(list)
    return items.find(({ state }) => ['recovered', 'partial', 'held', 'dismissed'].includes(state))
  }
  // Seldom: each look is work of the service that is measured.
  const found = await waitUntil(600, end, 2000)
  if (found === undefined) throw new Error(`${host}: its recovery does not end`)
  const after = await usageOf(client)
  const view = await client.get<RecoveryView>(`/v1/recoveries/${found.id}`)
  const moved = view.moveList.length
  return {
    ended: view.state,
    moved,
    ...timesOf(view, host),
    cpuMsPerServer: round(((after.cpuSeconds - before.cpuSeconds) * 1000) / moved),
    userCpuMsPerServer: round(((after.userSeconds - before.userSeconds) * 1000) / moved),
    callsPerServer: round((countOf(after) - countOf(before)) / moved)
  }
}

function timesOf(view: RecoveryView, host: string) {
  const at = (text: string) => view.timeline.find(line => line.kind === 'state' && line.text.includes(text))?.atMs
  const first = Math.min(...view.moveList.map(move => move.beganAtMs ?? Number.POSITIVE_INFINITY))
  const between = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? 'not seen' : to - from
  return {
    triggerToPlanMs: between(view.openedAtMs, at('planned:')),
    verdictToPlanMs: between(at('the host is dead'), at('planned:')),
    proofToFirstEvacuateMs: between(view.proofs[host]?.atMs, first),
    firstEvacuateToEndMs: between(first, at('every move has ended')),
    wholeRecoveryMs: between(view.openedAtMs, view.timeline.at(-1)?.atMs)
  }
}

async function firstLine<T>(child: ChildProcess): Promise<T> {
  if (child.stdout === null) throw new Error('no output')
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as T
  throw new Error('the emulator ended before it told where it is')
}

async function waitUntil<T>(
  limitSeconds: number,
  look: () => Promise<T | undefined>,
  pauseMs = 100
): Promise<T | undefined> {
  for (const endMs = Date.now() + limitSeconds * 1000; Date.now() < endMs; await delay(pauseMs)) {
    const found = await look()
    if (found !== undefined) return found
  }
  return undefined
}

function prefixed(prefix: string, figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [prefix + name, value]))
}

const seconds = (sinceMs: number): number => round((Date.now() - sinceMs) / 1000)
const round = (value: number): number => Math.round(value * 10) / 10

process.exitCode = await main()
