import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SegmentConfig } from '../../../controller/directory.ts'
import type { Rule } from '../../../core/rules.ts'
import type { WorldSpec } from '../../../emulator/model/spec.ts'
import type { ScenarioEvent } from '../../../emulator/scenario-event.ts'
import { ConfigError, messageOf } from '../../../errors.ts'

/** A folder of test/simulation/scenarios, as far as a demo plays it (the README there describes the format). */
export interface Scenario {
  readonly world: WorldSpec
  readonly segment?: SegmentOverrides
  readonly rules?: readonly Rule[]
  readonly limits?: { readonly recoveriesPerHour?: number; readonly movesInFlight?: number }
  readonly events: readonly ScenarioEvent[]
  readonly faults?: readonly { readonly on: string; readonly do: string }[]
  readonly untilSeconds?: number
  /** Host → how its newest recovery ends: `recovered`, `held no-target` … */
  readonly expect: Readonly<Record<string, string>>
}

type SegmentOverrides = Partial<Omit<SegmentConfig, 'settings' | 'hosts' | 'spares'>> & {
  readonly settings?: Partial<Omit<SegmentConfig['settings'], 'confirm' | 'evacuate'>> & {
    readonly confirm?: Partial<SegmentConfig['settings']['confirm']>
    readonly evacuate?: Partial<SegmentConfig['settings']['evacuate']>
  }
}

/** Throws ConfigError when there is no scenario in the folder. */
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
  return { ...scenario, world, events, expect }
}

/** The segment as the service's configuration has it: the plain one of the scenarios, with what this one changes. */
export function segmentOf({ world, segment = {} }: Scenario): Record<string, unknown> {
  const names = (isSpare: boolean) =>
    Object.entries(world.hosts)
      .filter(([, host]) => (host.spare !== undefined) === isSpare)
      .map(([name]) => name)
  const { settings = {}, limits, approval, alive, fencing } = segment
  const { confirm, evacuate, servers: _servers, ...others } = settings
  return {
    hosts: { names: names(false) },
    spares: { names: names(true) },
    ...others,
    ...(approval === undefined ? {} : { approval }),
    ...(fencing === undefined ? {} : { fencing }),
    confirm: {
      // Without signs of life, or with those that every host of the demo has.
      ...(alive?.length === 0 ? { alive: [] } : {}),
      downSeconds: inSeconds(confirm?.downMs ?? 20_000),
      timeoutSeconds: inSeconds(confirm?.timeoutMs ?? 120_000)
    },
    limits: { recoveriesPerHour: 10, hostsDownPercent: 70, ...limits },
    evacuate: evacuateOf(evacuate ?? {})
  }
}

/** `rules` and `servers` as the service's configuration has them. */
export function rulesOf({ rules = [], segment }: Scenario): Record<string, unknown> {
  const written = rules.map(({ overrides: { confirm, evacuate, ...same } = {}, ...rule }) => ({
    ...rule,
    ...same,
    ...(confirm === undefined ? {} : { confirm: confirmOf(confirm) }),
    ...(evacuate === undefined ? {} : { evacuate: evacuateOf(evacuate) })
  }))
  return { rules: written, servers: segment?.settings?.servers ?? [] }
}

function confirmOf({ downMs, timeoutMs }: Partial<SegmentConfig['settings']['confirm']>): object {
  return {
    ...(downMs === undefined ? {} : { downSeconds: inSeconds(downMs) }),
    ...(timeoutMs === undefined ? {} : { timeoutSeconds: inSeconds(timeoutMs) })
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
