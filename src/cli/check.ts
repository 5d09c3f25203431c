import { systemClock } from '../clock.ts'
import type { Environment } from '../config/read-yaml.ts'
import { type Config, loadConfig } from '../config.ts'
import { pastMax } from '../core/rules/past.ts'
import { ConfigError, messageOf } from '../errors.ts'
import type { CheckLine } from '../openstack/connect.ts'
import { checkAlarms } from './check-alarms.ts'
import { checkCalendars } from './check-calendars.ts'
import { checkDisbeliefs } from './check-disbeliefs.ts'
import { checkEvidence } from './check-evidence.ts'
import { checkFencing } from './check-fencing.ts'
import { checkGuards } from './check-guards.ts'
import { checkHostNames } from './check-hosts.ts'
import { alarmsFor, checkRules, knownRules } from './check-rules.ts'
import { checkMembers } from './check-segment.ts'
import { checkStore, withStored } from './check-store.ts'
import { createSilentLogger } from './logger.ts'
import { table } from './table.ts'
import { connectWorld, loginTimeoutMs, type OutsideWorld } from './world.ts'

export interface CheckOutput {
  readonly json: boolean
  /** Only the file is read: neither the database nor the cloud is asked. */
  readonly offline: boolean
  readonly out: { write(text: string): unknown }
}

/** Tries all that a recovery will need, changes nothing, prints what it found. True if nothing failed. */
export async function check(file: string, env: Environment, { json, offline, out }: CheckOutput): Promise<boolean> {
  const lines = await linesFor(file, env, offline)
  const failed = lines.filter(line => !line.ok).length
  if (json) out.write(`${JSON.stringify({ ok: failed === 0, checks: lines }, undefined, 2)}\n`)
  else {
    out.write(table(lines.map(line => [wordOf(line), line.name, line.detail.replaceAll('\n', ' ')])))
    out.write(`\n${lines.length} ${lines.length === 1 ? 'check' : 'checks'}, ${summaryOf(lines)}\n`)
  }
  return failed === 0
}

export function wordOf({ ok, warn }: CheckLine): string {
  if (!ok) return 'FAILED'
  return warn === true ? 'warning' : 'ok'
}

export function summaryOf(lines: readonly CheckLine[]): string {
  const failed = lines.filter(({ ok }) => !ok).length
  const warned = lines.filter(({ ok, warn }) => ok && warn === true).length
  const warnings = warned === 0 ? '' : `, ${warned} ${warned === 1 ? 'warning' : 'warnings'}`
  if (failed > 0) return `${failed} failed${warnings}`
  return warned === 0 ? 'all well' : `none failed${warnings}`
}

async function linesFor(file: string, env: Environment, offline: boolean): Promise<CheckLine[]> {
  let config: Config
  let world: OutsideWorld
  try {
    config = loadConfig(file, env)
  } catch (error) {
    return linesOfError('configuration', error)
  }
  const ofFile = [
    {
      name: 'configuration',
      ok: true,
      detail: `${file}: ${config.segments.length === 1 ? 'one segment' : `${config.segments.length} segments`}`
    },
    ...checkCalendars(config.rules.from.settings, Date.now())
  ]
  if (offline) return [...ofFile, ...knownRules(config.rules)]
  const well = [...ofFile, ...(await checkStore(config.storeUrl))]
  try {
    world = await connectWorld(config, env, createSilentLogger(), { loginTimeoutMs })
  } catch (error) {
    return [
      ...well,
      ...linesOfError('cloud and BMCs', error, 'with its source'),
      ...(await checkWithoutFencing(config, env))
    ]
  }
  try {
    return [...well, ...(await checkWorld(world, config))]
  } finally {
    await world.close()
  }
}

/** Where the ways to power can't even be set up the rest can be checked all the same, unless it is the cloud itself. */
async function checkWithoutFencing(config: Config, env: Environment): Promise<CheckLine[]> {
  const others = { ...config, fencing: {} }
  const world = await connectWorld(others, env, createSilentLogger(), { loginTimeoutMs }).catch((error: unknown) => {
    if (error instanceof ConfigError) return undefined
    throw error
  })
  if (world === undefined) return []
  try {
    const lines = await checkWorld(world, others)
    return lines.filter(({ name }) => !name.includes(' fencing '))
  } finally {
    await world.close()
  }
}

function linesOfError(name: string, error: unknown, how?: 'with its source'): CheckLine[] {
  if (!(error instanceof ConfigError)) throw error
  const { source, mistakes } = error
  return mistakes.map(mistake => ({
    name,
    ok: false,
    detail: how === undefined || mistake.startsWith(source) ? mistake : `${source}: ${mistake}`
  }))
}

async function checkWorld(
  { openstack, fencing, probe, directory }: OutsideWorld,
  config: Config
): Promise<CheckLine[]> {
  const { auth, alarms, leaseByKeystone, leaseMs, rules } = config
  const { cloud } = openstack
  const lines = await openstack.check()
  // Without a login nothing else can be read, and each try would wait for it again.
  if (lines[0]?.ok !== true) return lines
  if (leaseByKeystone) lines.push(await openstack.checkLease(leaseMs))
  await directory.refresh()
  const reading = directory.reading()
  if (reading === undefined)
    return [
      ...lines,
      { name: 'segments', ok: false, detail: `not checked: ${directory.error() ?? 'the hosts are not known'}` }
    ]
  try {
    const [bareMetal, addresses, aggregates] = await Promise.all([
      cloud.bareMetalHosts(),
      cloud.addresses(),
      cloud.aggregates()
    ])
    const names = reading.hosts.map(host => host.name)
    lines.push(...checkHostNames(config, directory.segments(), names))
    for (const segment of directory.segments()) {
      lines.push(...checkGuards(segment, directory, aggregates))
      lines.push(...(await checkMembers(segment, { reading, bareMetal }, cloud)))
      lines.push(...(await checkFencing(segment, { fencing, cloud, clock: systemClock }, config.fencing)))
      lines.push(...(await checkEvidence(segment, reading, addresses, probe)))
    }
    const known = lines.find(({ name }) => name === 'aodh')?.ok === true ? await openstack.alarms.all() : undefined
    if (known !== undefined) {
      const how = { auth, isWanted: alarms !== undefined }
      lines.push(...directory.segments().map(segment => checkAlarms(segment, known, how)))
    }
    const alarmOf = known && alarmsFor(known, openstack.alarms, config)
    const asked = { rules, directory, nowMs: Date.now(), ...(alarmOf && { alarmOf }) }
    await withStored(config.storeUrl, async stored => {
      lines.push(...(await checkDisbeliefs(directory.segments(), fencing, stored)))
      const { store } = stored
      const pastOf = store && (async (host: string) => await store.pastOf(host, pastMax))
      lines.push(...(await checkRules({ ...asked, ...(pastOf && { pastOf }) })))
    })
  } catch (error) {
    lines.push({ name: 'segments', ok: false, detail: messageOf(error) })
  }
  return lines
}
