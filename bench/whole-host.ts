/**
 * A whole host on a real Nova: our recovery against the plain recipe at its best concurrency, in pairs, from the first
 * evacuation record to the last one that reads `done`, both seen by the same observer.
 *
 *     SWITCHOVER_LAB=…/lab node bench/whole-host.ts [--servers 10,30] [--pairs 5] [--concurrency 5,10,20]
 *         [--per-spare 20] [--json FILE]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createLab, type Lab } from '../test/e2e/lab.ts'
import { createOpenStack, type OpenStack } from '../test/e2e/openstack.ts'
import { createService, type ServiceProcess } from '../test/e2e/service.ts'
import { until } from '../test/e2e/until.ts'
import type { RecoveryView } from '../test/e2e/views.ts'
import { median, printTable } from './table.ts'

const segment = 'rack-1'
const others = ['compute-02', 'compute-03', 'compute-04']
const lookEveryMs = 300

interface Run {
  readonly servers: number
  readonly who: string
  /** First evacuation record seen → last one `done`. */
  readonly seconds: number
  readonly details: Readonly<Record<string, number | string>>
}

interface World {
  /** The service's limit of moves in flight onto one target. */
  readonly perSpare: number
  readonly lab: Lab
  readonly cloud: OpenStack
}

async function main(): Promise<number> {
  const command = process.env.SWITCHOVER_LAB
  if (command === undefined) {
    console.error('Set SWITCHOVER_LAB to the path of the command that drives a test cloud which is up.')
    return 1
  }
  const { values } = parseArgs({
    options: {
      servers: { type: 'string', default: '10,30' },
      pairs: { type: 'string', default: '5' },
      concurrency: { type: 'string', default: '5,10,20' },
      'per-spare': { type: 'string', default: '20' },
      json: { type: 'string' }
    }
  })
  const lab = createLab(command)
  const world = { lab, cloud: createOpenStack(await lab.env()), perSpare: Number(values['per-spare']) }
  const runs: Run[] = []
  const summaries: Record<string, number | string>[] = []
  for (const servers of numbers(values.servers)) {
    const stage = await setUp(lab, servers)
    const width = await bestWidth(world, stage, numbers(values.concurrency))
    const ratios: number[] = []
    for (let pair = 0; pair < Number(values.pairs); pair++) {
      // Each goes first in turn, so that neither gains from what the other left warm.
      const both = pair % 2 === 0 ? [ourRun, plainRun] : [plainRun, ourRun]
      const done: Run[] = []
      for (const run of both)
        done.push(tell(await thereAndOn(world, stage, async () => await run(world, stage, width))))
      runs.push(...done)
      ratios.push(secondsOf(done, 'switchover') / secondsOf(done, 'plain'))
    }
    summaries.push(summarize(runs, servers, width, ratios))
  }
  await lab.reset()
  printTable(summaries)
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ summaries, runs }, undefined, 2)}\n`)
  return 0
}

/** The servers, and the two hosts between which they go to and fro. */
interface Stage {
  readonly ids: readonly string[]
  source: string
  target: string
}

async function setUp(lab: Lab, servers: number): Promise<Stage> {
  await lab.reset()
  const [source, target] = ['compute-01', 'compute-05']
  return { ids: await lab.boot(servers, { host: source }), source, target }
}

/** After a run the failed host comes back, and the servers leave from where they are now: a run needs no new servers. */
async function thereAndOn({ lab, cloud }: World, stage: Stage, work: () => Promise<Run>): Promise<Run> {
  const run = await work()
  await lab.start(stage.source)
  const back = async () => {
    const service = (await cloud.services())[stage.source]
    if (service?.forced_down === false && service.status === 'enabled') {
      return service.state === 'up' && (await cloud.isSchedulable(stage.source))
    }
    // Nova refuses until the restarted nova-compute has done away with what was evacuated.
    return await cloud.welcomeBack(stage.source).then(
      () => false,
      () => false
    )
  }
  await until(`${stage.source} to be back`, 300_000, back)
  ;[stage.source, stage.target] = [stage.target, stage.source]
  return run
}

/** The recipe's own best: each width is tried once. */
async function bestWidth(world: World, stage: Stage, widths: readonly number[]): Promise<number> {
  let best = { width: widths[0] ?? 5, seconds: Number.POSITIVE_INFINITY }
  if (widths.length < 2) return best.width
  for (const width of widths) {
    const { seconds } = tell(await thereAndOn(world, stage, async () => await plainRun(world, stage, width)))
    if (seconds < best.seconds) best = { width, seconds }
  }
  return best.width
}

async function plainRun({ lab, cloud }: World, { ids, source, target }: Stage, width: number): Promise<Run> {
  await lab.off(source)
  await untilDown(cloud, source)
  const observed = observe(cloud, ids, await newestRecord(cloud))
  await lab.evacuate(source, target, width)
  const { seconds, doneAt } = await observed
  return { servers: ids.length, who: 'plain', seconds, details: { width, doneAt } }
}

async function ourRun({ lab, cloud, perSpare }: World, { ids, source, target }: Stage): Promise<Run> {
  const service = await createService(lab, { hosts: [source, ...others], spares: [target], perSpare })
  try {
    await service.cli('spares', 'adopt', segment, '--yes')
    await service.start()
    await lab.panic(source)
    await untilDown(cloud, source)
    const observed = observe(cloud, ids, await newestRecord(cloud))
    const cpuBefore = cpuSeconds(service)
    await service.request('POST', '/v1/recoveries', { host: source, reason: 'bench:whole-host' })
    const { id } = await service.opened(source)
    const { seconds, doneAt } = await observed
    const view = await service.waitFor(id, 'the recovery to end', ({ state }) =>
      ['recovered', 'partial', 'held'].includes(state)
    )
    if (view.state !== 'recovered')
      throw new Error(`${view.state}: ${view.hold?.reason ?? view.reason}\n${service.log()}`)
    const details = { doneAt, ...detailsOf(view, source, cpuSeconds(service) - cpuBefore) }
    return { servers: ids.length, who: 'switchover', seconds, details }
  } finally {
    await service.kill()
  }
}

async function newestRecord(cloud: OpenStack): Promise<number> {
  return Math.max(0, ...(await cloud.evacuationRecords()).map(({ id }) => id))
}

/** Looks at Nova's records and nothing else, so that both sides are measured alike and disturbed alike. */
async function observe(
  cloud: OpenStack,
  ids: readonly string[],
  after: number
): Promise<{ seconds: number; doneAt: string }> {
  const wanted = new Set(ids)
  const done = new Map<string, number>()
  let begunMs: number | undefined
  for (;;) {
    const lookedMs = Date.now()
    const records = (await cloud.evacuationRecords()).filter(one => one.id > after && wanted.has(one.instance_uuid))
    if (records.length > 0) begunMs ??= lookedMs
    const seconds = begunMs === undefined ? 0 : (Date.now() - begunMs) / 1000
    for (const { status, instance_uuid: id } of records) if (status === 'done' && !done.has(id)) done.set(id, seconds)
    if (done.size === wanted.size) return { seconds, doneAt: [...done.values()].map(at => at.toFixed(1)).join(' ') }
    await delay(Math.max(0, lookedMs + lookEveryMs - Date.now()))
  }
}

/** Where our time goes: seconds in each state, from the proof to the first evacuation, and our processor time per server. */
function detailsOf(view: RecoveryView, source: string, cpu: number): Record<string, number | string> {
  const details: Record<string, number | string> = { cpuMsPerServer: Math.round((cpu * 1000) / view.moveList.length) }
  const proof = view.proofs[source]?.atMs
  const first = Math.min(...view.moveList.map(move => move.beganAtMs ?? Number.POSITIVE_INFINITY))
  if (proof !== undefined && Number.isFinite(first)) details.proofToFirstEvacuateMs = first - proof
  const states = view.timeline.filter(({ kind }) => kind === 'state' || kind === 'opened')
  for (const [index, { text, atMs }] of states.entries()) {
    const next = states[index + 1]
    if (next !== undefined) details[`${index} ${text}`.slice(0, 60)] = next.atMs - atMs
  }
  return details
}

function summarize(
  runs: readonly Run[],
  servers: number,
  width: number,
  ratios: readonly number[]
): Record<string, number | string> {
  const times = (who: string) =>
    runs.filter(run => run.servers === servers && run.who === who).map(({ seconds }) => seconds)
  return {
    servers,
    pairs: ratios.length,
    width,
    switchoverSeconds: median(times('switchover')).toFixed(1),
    plainSeconds: median(times('plain')).toFixed(1),
    medianRatio: median(ratios).toFixed(3),
    ratios: ratios.map(ratio => ratio.toFixed(2)).join(' ')
  }
}

function tell(run: Run): Run {
  console.log(JSON.stringify(run))
  return run
}

async function untilDown(cloud: OpenStack, source: string): Promise<void> {
  await until(`${source} to be down`, 60_000, async () => (await cloud.services())[source]?.state === 'down')
}

function secondsOf(runs: readonly Run[], who: string): number {
  return runs.find(run => run.who === who)?.seconds ?? Number.NaN
}

/** User and system time of the service so far; Linux counts in hundredths. */
function cpuSeconds(service: ServiceProcess): number {
  const fields = readFileSync(`/proc/${service.pid()}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function numbers(text: string): number[] {
  return text.split(',').map(Number)
}

process.exitCode = await main()
