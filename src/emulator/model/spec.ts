import type { Aggregate, Amounts, PowerState } from '../../core/inventory.ts'
import type { BmcHabits } from './bmc.ts'
import type { Timing } from './timing.ts'
import type { Habits, ModelGroup, Races } from './world.ts'

/** The cloud of a scenario as its `scenario.json` describes it; everything that is left out is plain and healthy. */
export interface WorldSpec {
  readonly hosts: Readonly<Record<string, HostSpec>>
  readonly groups?: readonly (Omit<ModelGroup, 'maxPerHost'> & { readonly maxPerHost?: number })[]
  readonly aggregates?: readonly Omit<Aggregate, 'id'>[]
  /** Live migrations that were on their way. */
  readonly liveMigrations?: readonly LiveMigrationSpec[]
  readonly serviceDownSeconds?: number
  readonly latencyMs?: number
  readonly timing?: Partial<Timing>
  /** What the cloud does by itself goes so many times faster; how soon a host counts as down, and calls, do not. */
  readonly pace?: number
  /** Names can be read, UUIDs are what OpenStack has. */
  readonly ids?: 'names' | 'uuids'
  /** Of servers that name no other. */
  readonly projectId?: string
  readonly races?: Races
}

export interface HostSpec {
  /** How many plain servers, or which ones. */
  readonly servers?: number | readonly ServerSpec[]
  /** Held in reserve: its service is disabled with our reason; `later`: others still install it. */
  readonly spare?: true | 'later'
  /** Disabled by somebody else, with this reason. */
  readonly disabled?: string
  readonly forcedDown?: boolean
  /** Its nova-compute serves machines of Ironic. */
  readonly bareMetal?: true
  readonly capacity?: Amounts
  readonly habits?: Partial<Habits>
  readonly bmc?: Partial<BmcHabits>
  /** Of other fencing agents that reach its power: `feed-a` and `feed-b` are its feeds, any other name a second controller. */
  readonly bmcs?: Readonly<Record<string, Partial<BmcHabits>>>
}

export interface ServerSpec {
  readonly name: string
  readonly vmState?: string
  readonly taskState?: string
  readonly powerState?: PowerState
  readonly flavor?: string
  readonly need?: Amounts
  readonly projectId?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly networked?: boolean
  readonly localDisk?: boolean
  readonly locked?: boolean
  readonly launched?: boolean
  readonly extraSpecs?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
}

export interface LiveMigrationSpec {
  readonly server: string
  readonly to: string
  readonly status: string
  /** The guest runs on the other host by now, though Nova still names the source. */
  readonly arrived?: boolean
}
