/** A recovery as GET /v1/recoveries/{id} shows it, as far as the scenarios read it. */
export interface RecoveryView {
  readonly id: string
  readonly version: number
  readonly host: string
  readonly state: string
  readonly openedAtMs: number
  /** The replica that drives it. */
  readonly owner?: string
  readonly reason?: string
  readonly hold?: {
    readonly from: string
    readonly code: string
    readonly guard?: string
    readonly reason: string
    readonly releasedBy: string
  }
  readonly guards?: readonly GuardView[]
  readonly settings: Readonly<Record<string, unknown>>
  /** How many lost targets led to it. */
  readonly chain: number
  readonly verdict?: string
  readonly decision?: { readonly rule?: string }
  readonly evidence?: {
    readonly observations: readonly { readonly source: string; readonly says: string; readonly detail: string }[]
  }
  readonly fenceIntents: Readonly<Record<string, number>>
  readonly proofs: Readonly<
    Record<
      string,
      {
        readonly kind: string
        readonly agents?: readonly { readonly agent: string }[]
        readonly by?: string
        readonly atMs: number
        readonly readings?: readonly { readonly agent: string; readonly power: string; readonly identity?: string }[]
      }
    >
  >
  readonly targets: Readonly<Record<string, { readonly state: string }>>
  readonly plan?: {
    readonly moves: readonly { readonly server: string; readonly target: string }[]
    readonly targets: readonly string[]
  }
  readonly moveList: readonly {
    readonly server: string
    readonly target?: string
    readonly state: string
    readonly attempts: number
    readonly beganAtMs?: number
    readonly reason?: string
  }[]
  readonly timeline: readonly {
    readonly seq: number
    readonly atMs: number
    readonly kind: string
    readonly actor: string
    readonly text: string
  }[]
  readonly signals: readonly SignalView[]
}

/** What a guard said at its last look. */
export interface GuardView {
  readonly guard: string
  readonly holds: boolean
  readonly reason: string
  readonly releasedBy: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly untilMs?: number
  readonly approvedBy?: string
}

export interface SignalView {
  readonly alarm?: { readonly id: string }
  readonly id: string
  readonly source: string
  readonly actor: string
  readonly host?: string
  readonly outcome: string
  readonly because: string
}
