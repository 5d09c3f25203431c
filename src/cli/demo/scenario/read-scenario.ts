import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { agentNames } from '../../../config/ladder.ts'
import { writtenOf } from '../../../config/rules.ts'
import type { GuardSettings } from '../../../controller/ports/ports.ts'
import type { DirectoryOptions, SegmentConfig } from '../../../controller/service/directory.ts'
import type { Window } from '../../../core/rules/calendar.ts'
import type { Rule } from '../../../core/rules.ts'
import type { AliveSource } from '../../../core/segment.ts'
import type { WorldSpec } from '../../../emulator/model/spec.ts'
import type { ScenarioEvent } from '../../../emulator/scenario-event.ts'
import { ConfigError, messageOf } from '../../../errors.ts'
import type { Segment } from '../../../schemas/config.d.ts'

/** A folder of test/simulation/scenarios, as far as a demo plays it (the README there describes the format). */
export interface Scenario {
  readonly world: WorldSpec
  readonly segment?: SegmentOverrides
  readonly rules?: readonly Rule[]
  readonly timezone?: string
  readonly calendars?: Readonly<Record<string, readonly Window[]>>
  readonly limits?: Partial<
    Pick<DirectoryOptions, 'recoveriesPerHour' | 'movesInFlight' | 'approvalMinutes' | 'domain'>
  >
  readonly guards?: Partial<GuardSettings>
  readonly events: readonly ScenarioEvent[]
  readonly faults?: readonly { readonly on: string; readonly do: string }[]
  readonly untilSeconds?: number
  /** Host → how its newest recovery ends: `recovered`, `held no-target` … */
  readonly expect: Readonly<Record<string, string>>
}

type SegmentOverrides = Partial<Omit<SegmentConfig, 'settings' | 'hosts' | 'spares' | 'fencing' | 'limits'>> & {
  readonly limits?: Partial<SegmentConfig['limits']>
  readonly fencing?: Segment['fencing']
  readonly settings?: Partial<Omit<SegmentConfig['settings'], 'confirm' | 'evacuate'>> & {
    readonly confirm?: Partial<SegmentConfig['settings']['confirm']>
    readonly evacuate?: Partial<SegmentConfig['settings']['evacuate']>
  }
}

/** Throws ConfigError when there is no scenario in the folder, or none that a demo can play. */
export function readScenario(folder: string): Scenario {
  const file = join(folder, 'scenario.json')
  let scenario: Partial<Scenario>
  try {
    scenario = JSON.parse(readFileSync(file, 'utf8')) as Partial<Scenario>
  } catch (error) {
    throw new ConfigError('--scenario', [`${file}: ${messageOf(error)}`])
  }
  const { world, events, expect = {} } = scenario
  if (world === undefined || events === undefined)
    throw new ConfigError('--scenario', [`${file}: a scenario has a world and events`])
  const others = (scenario.segment?.fencing ?? [])
    .flatMap(agentNames)
    .filter(agent => agent !== 'bmc' && agent !== 'none')
  if (others.length > 0)
    throw new ConfigError('--scenario', [`${file}: its ladder needs ${others.join(', ')}; a demo has BMCs alone`])
  if (events.some(event => (event as { readonly do?: string }).do === 'reload'))
    throw new ConfigError('--scenario', [
      `${file}: its configuration is loaded anew; a demo keeps the one it began with`
    ])
  return { ...scenario, world, events, expect }
}

/** The segment as the service's configuration has it: the plain one of the scenarios, with what this one changes. */
export function segmentOf({ world, segment = {} }: Scenario): Record<string, unknown> {
  const names = (isSpare: boolean) =>
    Object.entries(world.hosts)
      .filter(([, host]) => (host.spare !== undefined) === isSpare)
      .map(([name]) => name)
  const { settings = {}, limits, approval, alive, power, fencing } = segment
  const { confirm = {}, evacuate, servers: _servers, ...others } = settings
  const { downMs = 20_000, timeoutMs = 120_000, ...more } = confirm
  return {
    hosts: { names: names(false) },
    spares: { names: names(true) },
    ...others,
    ...(approval === undefined ? {} : { approval }),
    ...(fencing === undefined ? {} : { fencing }),
    confirm: {
      ...more,
      // Where it says none, those that every host of the demo has.
      ...(alive === undefined ? {} : { alive: alive.map(sourceOf) }),
      ...(power === undefined ? {} : { power: power.agent, powerTimeoutSeconds: inSeconds(power.timeoutMs) }),
      downSeconds: inSeconds(downMs),
      timeoutSeconds: inSeconds(timeoutMs)
    },
    limits: limitsOf(limits ?? {}),
    evacuate: evacuateOf(evacuate ?? {})
  }
}

function sourceOf(source: AliveSource): object {
  switch (source.kind) {
    case 'icmp':
      return { icmp: true }
    case 'exec':
      return { exec: source.command, name: source.name, ...(source.beside && { beside: source.beside }) }
    default:
      return { [source.kind]: source.port }
  }
}

/** Wide, so that a scenario is about one guard at most. */
function limitsOf({ quietMs = 0, failuresWindowMs = dayMs, ...same }: Partial<SegmentConfig['limits']>): object {
  return {
    ...{ recoveriesPerHour: 10, hostsDownPercent: 70, failuresPerHost: 10 },
    ...same,
    ...{ quietMinutes: quietMs / 60_000, failuresWindowHours: failuresWindowMs / 3_600_000 }
  }
}

const dayMs = 86_400_000

/** Safety rules for all segments, as the configuration has them. */
export function guardsOf({ guards = {} }: Scenario): Record<string, unknown> {
  const { siteStartMs = 0, ...same } = guards
  return { ...same, siteStartMinutes: siteStartMs / 60_000 }
}

/** `rules` and `servers` as the service's configuration has them. */
export function rulesOf({ rules = [], timezone, calendars, segment }: Scenario): Record<string, unknown> {
  const written = rules.map(({ overrides = {}, ...rule }) => ({ ...rule, ...writtenOf(overrides) }))
  return {
    rules: written,
    servers: segment?.settings?.servers ?? [],
    ...(timezone === undefined ? {} : { timezone }),
    ...(calendars === undefined ? {} : { calendars })
  }
}

function evacuateOf({ perTarget = 8, moveTimeoutMs, ...same }: Partial<SegmentConfig['settings']['evacuate']>): object {
  return {
    ...same,
    perSpare: perTarget,
    ...(moveTimeoutMs === undefined ? {} : { moveTimeoutSeconds: inSeconds(moveTimeoutMs) })
  }
}

function inSeconds(ms: number): number {
  return Math.ceil(ms / 1000)
}
