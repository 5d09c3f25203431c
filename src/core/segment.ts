import type { ServerRule } from './rules/server-policy.ts'

/** A failover segment as the operator configured it, its members looked up in the cloud. */

export type Method = 'reserved_host' | 'auto' | 'auto_priority' | 'rh_priority'

/** What is frozen into a recovery when it opens (the rest is read when it is used). Times in ms. */
export interface Settings {
  readonly method: Method
  /** `local`: moving a server without a volume as its root loses its disk. */
  readonly storage: 'shared' | 'local'
  readonly allowLocalDiskLoss: boolean
  readonly confirm: { readonly downMs: number; readonly timeoutMs: number }
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
export interface AliveSource {
  readonly kind: 'ssh' | 'tcp'
  readonly port: number
  readonly hosts: Readonly<Record<string, string>>
}

export interface Segment {
  readonly name: string
  /** The protected hosts, spares not among them. */
  readonly hosts: readonly string[]
  readonly spares: readonly string[]
  readonly settings: Settings
  readonly alive: readonly AliveSource[]
  /** Names of fencing agents in the order of the ladder; `['none']` when waived. */
  readonly fencing: readonly string[]
  readonly approval: 'none' | 'required'
  readonly limits: { readonly recoveriesPerHour: number; readonly hostsDownPercent: number }
}
