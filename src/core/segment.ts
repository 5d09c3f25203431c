import type { Ladder } from './ladder.ts'
import type { ServerRule } from './rules/server-policy.ts'

/** A failover segment as the operator configured it, its members looked up in the cloud. */

export type Method = 'reserved_host' | 'auto' | 'auto_priority' | 'rh_priority'

/** What is frozen into a recovery when it opens (the rest is read when it is used). Times in ms. */
export interface Settings {
  readonly method: Method
  /** `local`: moving a server without a volume as its root loses its disk. */
  readonly storage: 'shared' | 'local'
  readonly allowLocalDiskLoss: boolean
  readonly confirm: {
    readonly downMs: number
    readonly timeoutMs: number
    /** So many independent sources must speak for a host's death; 1 if left out. */
    readonly sourcesMin?: number
    /** What follows when only nova-compute is down; `hold` if left out. */
    readonly computeDown?: 'hold' | 'wait' | 'fence'
    /** What follows when the host reports though a sign of life is silent; `hold` if left out. */
    readonly degraded?: 'hold' | 'dismiss'
  }
  readonly evacuate: {
    readonly perTarget: number
    readonly moveTimeoutMs: number
    readonly attempts: number
    readonly spread: 'fewest' | 'fastest'
    /** Reset paused, suspended and rescued servers so that they can be moved, with the loss of their memory. */
    readonly moveUnusual: boolean
  }
  /** Instance rules, in order. */
  readonly servers?: readonly ServerRule[]
}

/** A positive sign of life that a segment asks for. `hosts` overrides the address: "10.0.0.1" or "10.0.0.1:2222". */
export type AliveSource = {
  readonly hosts: Readonly<Record<string, string>>
  /** How long it may take to answer; 3 s if left out. */
  readonly timeoutMs?: number
} & (
  | { readonly kind: 'ssh' | 'tcp'; readonly port: number }
  | { readonly kind: 'icmp' }
  | {
      /** The operator's own program. */
      readonly kind: 'exec'
      readonly name: string
      /** The program and its arguments; no shell is between. */
      readonly command: readonly string[]
      /** It does not depend on the network: it may tell a host that is cut off from one that is dead. */
      readonly beside?: 'network'
    }
)

/** As it stands in the evidence: ssh:22, tcp:16509, icmp, exec:storage. */
export function nameOfSource(source: AliveSource): string {
  switch (source.kind) {
    case 'icmp':
      return 'icmp'
    case 'exec':
      return `exec:${source.name}`
    default:
      return `${source.kind}:${source.port}`
  }
}

/** What a BMC is asked for as evidence, by the name of its fencing agent. */
export interface PowerSource {
  readonly agent: string
  readonly timeoutMs: number
}

/** What the guards of a segment go by. */
export interface SegmentLimits {
  readonly recoveriesPerHour: number
  readonly hostsDownPercent: number
  /** After more than that were down: so long it must be quiet. */
  readonly quietMs: number
  /** Recoveries of one host within the window; the next one is held. */
  readonly failuresPerHost: number
  readonly failuresWindowMs: number
}

export interface Segment {
  readonly name: string
  /** The protected hosts, spares not among them. */
  readonly hosts: readonly string[]
  readonly spares: readonly string[]
  readonly settings: Settings
  readonly alive: readonly AliveSource[]
  /** Without: the BMC is asked for the fence alone. */
  readonly power?: PowerSource
  /** How long Nova may take to answer; 30 s if left out. */
  readonly novaTimeoutMs?: number
  readonly fencing: Ladder
  readonly approval: 'none' | 'required'
  readonly limits: SegmentLimits
}

/** Nothing switches its hosts off: the configuration says so in so many words. */
export function isWaived(segment: Pick<Segment, 'fencing'> | undefined): boolean {
  return segment?.fencing === 'waived'
}

/** Its hosts, then its spares. */
export function membersOf({ hosts, spares }: Pick<Segment, 'hosts' | 'spares'>): string[] {
  return [...hosts, ...spares]
}
