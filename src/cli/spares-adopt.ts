import type { Environment } from '../config/read-yaml.ts'
import { loadConfig } from '../config.ts'
import type { Cloud } from '../controller/ports/ports.ts'
import { findHost } from '../core/inventory.ts'
import { isOurs, spareReason } from '../core/marks.ts'
import type { Segment } from '../core/segment.ts'
import { CloudError, ConfigError } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import { type CloudFacts, downBecause, reasonOf, unknownHost } from './check-segment.ts'
import { confirmed } from './confirm.ts'
import { createSilentLogger } from './logger.ts'
import { table } from './table.ts'
import { connectWorld, loginTimeoutMs, type OutsideWorld } from './world.ts'

/** `adopt`: it will be disabled with our reason. `keep`: it is a spare already. `in-use`: it has servers. `refuse`: it can't be one as it is. */
export interface Adoption {
  readonly host: string
  readonly action: 'adopt' | 'keep' | 'in-use' | 'refuse'
  readonly because: string
  readonly serviceId?: string
}

export interface AdoptOptions {
  readonly yes: boolean
  /** Prints JSON and never asks: without `yes` it only shows what it would do. */
  readonly json: boolean
  readonly out: { write(text: string): unknown }
}

/** Makes the configured spares of a segment what a spare is, after showing it. True unless one of them can't be a spare and is not in use either. */
export async function adoptSpares(
  segmentName: string,
  file: string,
  env: Environment,
  options: AdoptOptions
): Promise<boolean> {
  const world = await connectWorld(loadConfig(file, env), env, createSilentLogger(), { loginTimeoutMs })
  try {
    return await adopt(await segmentOf(world, segmentName), world, options)
  } finally {
    await world.close()
  }
}

interface Found {
  readonly segment: Segment
  readonly facts: CloudFacts
}

async function segmentOf({ directory, openstack }: OutsideWorld, name: string): Promise<Found> {
  await directory.refresh()
  const reading = directory.reading()
  if (reading === undefined) throw new CloudError('unreachable', directory.error() ?? "the cloud's hosts can't be read")
  const segment = directory.segment(name)
  const names = directory.segments().map(one => one.name)
  if (segment === undefined)
    throw new ConfigError('spares adopt', [`there is no segment ${name}, only ${names.join(', ')}`])
  return { segment, facts: { reading, bareMetal: await openstack.cloud.bareMetalHosts() } }
}

async function adopt(
  { segment, facts }: Found,
  world: OutsideWorld,
  { yes, json, out }: AdoptOptions
): Promise<boolean> {
  const { cloud } = world.openstack
  const plan = await inParallel(segment.spares, 8, host => adoptionOf(host, facts, cloud))
  const wanted = plan.filter(({ action }) => action === 'adopt')
  const isComplete = plan.every(({ action }) => action !== 'refuse')
  if (!json)
    out.write(
      plan.length === 0
        ? `segment ${segment.name} has no spares\n`
        : table(plan.map(({ host, action, because }) => [action, host, because]))
    )
  const go =
    wanted.length > 0 && (yes || (!json && (await confirmed('spares adopt', `Disable ${wanted.length} services?`))))
  const failures = go ? await disableAll(wanted, cloud) : []
  if (json)
    out.write(
      `${JSON.stringify({ segment: segment.name, changed: go, spares: plan.map(({ serviceId: _, ...shown }) => shown), failures }, undefined, 2)}\n`
    )
  else
    for (const text of go ? [`${wanted.length - failures.length} adopted`, ...failures] : ['nothing changed'])
      out.write(`${text}\n`)
  return isComplete && failures.length === 0 && (go || wanted.length === 0)
}

/** Only what is ours, or what nobody has laid a hand on and that is empty, becomes a spare. */
export async function adoptionOf(
  host: string,
  { reading, bareMetal }: CloudFacts,
  cloud: Pick<Cloud, 'serversOn'>
): Promise<Adoption> {
  const found = findHost(reading, host)
  const refuse = (because: string): Adoption => ({ host, action: 'refuse', because })
  if (found === undefined) return refuse(unknownHost(reading))
  if (bareMetal.includes(host)) return refuse('is a host of bare metal (Ironic)')
  if (found.forcedDown || found.state !== 'up') return refuse(downBecause(found))
  if (found.status === 'disabled' && !isOurs(found.disabledReason))
    return refuse(`was disabled by others${reasonOf(found)}: enable it first, if it is to be a spare`)
  const servers = await cloud.serversOn(host)
  if (servers.length > 0) {
    const names = servers.slice(0, 3).map(server => server.name)
    const running = `runs ${servers.length} servers (${names.join(', ')}${servers.length > names.length ? ' …' : ''}): move them away first, if it is to be a spare`
    // A spare that was used is a host like any other, and no failure of this command.
    return found.status === 'enabled' ? { host, action: 'in-use', because: running } : refuse(running)
  }
  if (found.disabledReason === spareReason && found.status === 'disabled')
    return { host, action: 'keep', because: 'is a spare already' }
  return {
    host,
    action: 'adopt',
    because: `is ${found.status}${reasonOf(found)}; will be disabled with the reason "${spareReason}"`,
    serviceId: found.serviceId
  }
}

/** Answers what went wrong, a sentence each. */
async function disableAll(wanted: readonly Adoption[], cloud: Pick<Cloud, 'disable' | 'serversOn'>): Promise<string[]> {
  const failures: string[] = []
  for (const { host, serviceId } of wanted) {
    try {
      await cloud.disable(serviceId ?? '', spareReason)
      // The scheduler may have chosen it just before.
      const { length } = await cloud.serversOn(host)
      if (length > 0) failures.push(`${host}: is disabled, but ${length} servers came in meanwhile: move them away`)
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      failures.push(`${host}: ${error.message}`)
    }
  }
  return failures
}
