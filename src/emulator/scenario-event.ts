import type { ControlService } from '../core/inventory.ts'
import type { BmcHabits } from './model/bmc.ts'
import type { ServerSpec } from './model/spec.ts'
import type { Habits } from './model/world.ts'

/** Something that happens in a scenario, and when; times are seconds. */
export type ScenarioEvent = Moment & Happening

export type Moment =
  | { readonly at: number }
  /** `compute-01: moving` the first time the host's recovery gets there, `after` so many seconds. */
  | { readonly when: string; readonly after?: number }

/** What befalls a host, or is done to it by others. */
export type HostDeed =
  | 'panic'
  | 'powerOff'
  /** A person switches it off, its feeds as well. */
  | 'unplug'
  | 'boot'
  | 'cutOff'
  | 'reconnect'
  | 'loseStorage'
  | 'regainStorage'
  | 'killCompute'
  | 'hangCompute'
  | 'startCompute'
  | 'cellDown'
  | 'cellUp'
  | 'forceDown'
  | 'liftForceDown'
  | 'enable'
  | 'disable'
  | 'adoptSpare'
  /** The operator empties the message queue of its nova-compute. */
  | 'purgeQueue'

/** What users do with their servers. */
export type ServerDeed = 'deleteServer' | 'stopServer' | 'startServer' | 'resizeServer'

export type Happening =
  /** `reason`: why it is disabled. */
  | { readonly do: HostDeed; readonly host: string; readonly reason?: string }
  | { readonly do: 'bmc'; readonly host: string; readonly bmc: Partial<BmcHabits>; readonly agent?: string }
  | { readonly do: 'habits'; readonly host: string; readonly habits: Partial<Habits> }
  | { readonly do: 'addServer'; readonly host: string; readonly server: ServerSpec }
  | { readonly do: ServerDeed; readonly server: string }
  /** Another tool evacuates it, if its guest is gone and nobody moves it. */
  | { readonly do: 'evacuateByOthers'; readonly server: string; readonly to: string }
  /** A person destroys a guest on a host, whatever Nova thinks. */
  /** Aodh's alarm fires, and nobody hears it. */
  | { readonly do: 'alarmLost'; readonly host: string }
  | { readonly do: 'removeGuest'; readonly host: string; readonly server: string }
  /** `nameless`: neither the URL nor a trait names the host. */
  | { readonly do: 'alarm' | 'ok' | 'insufficient data' | 'trigger'; readonly host: string; readonly nameless?: true }
  /** `late`: said of what the recovery was before. */
  | { readonly do: 'approve' | 'retry' | 'cancel'; readonly host: string; readonly late?: true }
  /** `of`: the recovery's host; `host` or `server` when it is for a lost target or one server. */
  | { readonly do: 'vouch'; readonly of: string; readonly host?: string; readonly server?: string }
  /** Nova's scheduler or conductor. */
  | { readonly do: 'stopControl' | 'startControl'; readonly service: ControlService['kind'] }
  | { readonly do: 'arm' | 'disarm' }
  /** Of the first process that runs, if none is named (from 0). */
  | { readonly do: 'crash'; readonly replica?: number }
  | { readonly do: 'pause'; readonly seconds: number; readonly replica?: number }
