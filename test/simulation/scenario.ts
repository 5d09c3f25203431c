import { readdirSync, readFileSync } from 'node:fs'
import { ladderOf } from '../../src/config/ladder.ts'
import type { GuardSettings } from '../../src/controller/ports/ports.ts'
import type { DirectoryOptions, SegmentConfig } from '../../src/controller/service/directory.ts'
import type { WorldSpec } from '../../src/emulator/model/spec.ts'
import type { Happening, Moment } from '../../src/emulator/scenario-event.ts'
import type { Segment as SegmentFile } from '../../src/schemas/config.d.ts'
import type { Fault } from './faults.ts'
import type { RulesFile } from './rules-file.ts'

export type { HostDeed, Moment } from '../../src/emulator/scenario-event.ts'

/** Each process reads its configuration anew: the segment with these changes, or without it, and other rules if there are `rules`. */
export type Reload = { readonly do: 'reload'; readonly segment?: SegmentOverrides | 'gone' } & RulesFile
export type Deed = Happening | Reload
export type ScenarioEvent = Moment & Deed

/** `scenario.json`; README.md beside this file explains it. Times are seconds since the start. */
export interface Scenario extends RulesFile {
  readonly world: WorldSpec
  /** What differs from the plain segment `rack-a` (all hosts, all spares). */
  readonly segment?: SegmentOverrides
  readonly limits?: Partial<CloudLimits>
  readonly guards?: Partial<GuardSettings>
  /** Processes on the same store; 1 if left out. */
  readonly replicas?: number
  readonly events: readonly ScenarioEvent[]
  readonly faults?: readonly Fault[]
  /** They look for themselves for what Aodh did not deliver. */
  readonly polls?: boolean
  /** They read every BMC each minute, and find those that lie. */
  readonly rehearses?: boolean
  /** When all is quiet an operator does what each hold asks for, until nothing is held. */
  readonly helper?: boolean
  /** It is over when nothing has moved for so long; 150 while something is held. */
  readonly quietSeconds?: number
  /** The simulation gives up after this long; 3600 if left out. */
  readonly untilSeconds?: number
  /** How each host's newest recovery ends: `recovered`, `held no-target`, … */
  readonly expect: Readonly<Record<string, string>>
  /** How often something was done: `powerOff compute-01` → 1. */
  readonly deeds?: Readonly<Record<string, number>>
  /** How often people were told something: `held compute-01` → 1. */
  readonly notices?: Readonly<Record<string, number>>
}

export type CloudLimits = Pick<DirectoryOptions, 'recoveriesPerHour' | 'movesInFlight' | 'approvalMinutes' | 'domain'>

export type SegmentOverrides = Partial<Omit<SegmentConfig, 'settings' | 'hosts' | 'spares' | 'fencing' | 'limits'>> & {
  /** As the configuration has it. */
  readonly fencing?: SegmentFile['fencing']
  readonly limits?: Partial<SegmentConfig['limits']>
  readonly settings?: Partial<Omit<SegmentConfig['settings'], 'confirm' | 'evacuate'>> & {
    readonly confirm?: Partial<SegmentConfig['settings']['confirm']>
    readonly evacuate?: Partial<SegmentConfig['settings']['evacuate']>
  }
}

/** Wide, so that a scenario is about one guard at most. */
const plainLimits = {
  recoveriesPerHour: 10,
  hostsDownPercent: 70,
  quietMs: 0,
  failuresPerHost: 10,
  failuresWindowMs: 86_400_000
}

export const scenariosDir = new URL('scenarios/', import.meta.url)

export function scenarioNames(): string[] {
  return readdirSync(scenariosDir, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}

export function readScenario(name: string): Scenario {
  return JSON.parse(readFileSync(new URL(`${name}/scenario.json`, scenariosDir), 'utf8')) as Scenario
}

/** The segment `rack-a` with what the scenario changes. */
export function segmentOf(scenario: Scenario): SegmentConfig {
  const { settings, fencing = ['bmc'], limits, ...overrides } = scenario.segment ?? {}
  const spares = Object.entries(scenario.world.hosts).filter(([, host]) => host.spare !== undefined)
  const others = Object.entries(scenario.world.hosts).filter(([, host]) => host.spare === undefined)
  return {
    name: 'rack-a',
    hosts: { names: others.map(([name]) => name) },
    spares: { names: spares.map(([name]) => name) },
    alive: [{ kind: 'ssh', port: 22, hosts: {} }],
    novaTimeoutMs: 30_000,
    approval: 'none',
    limits: { ...plainLimits, ...limits },
    armed: true,
    settings: {
      method: 'reserved_host',
      storage: 'shared',
      allowLocalDiskLoss: false,
      ...settings,
      confirm: {
        downMs: 20_000,
        timeoutMs: 120_000,
        sourcesMin: 1,
        computeDown: 'hold',
        degraded: 'hold',
        ...settings?.confirm
      },
      evacuate: {
        perTarget: 8,
        moveTimeoutMs: 600_000,
        attempts: 2,
        spread: 'fewest',
        moveUnusual: true,
        ...settings?.evacuate
      }
    },
    ...overrides,
    fencing: ladderOf(fencing)
  }
}
