/** The schema as kysely sees it. Times: ms by the database's clock. JSON is text; what is filtered by has a column. */
export interface Tables {
  meta: { k: string; v: string }
  recoveries: RecoveryRow
  signals: SignalRow
  steps: StepRow
  events: EventRow
  commands: CommandRow
  targets: TargetRow
  slots: SlotRow
  duties: DutyRow
  outbox: OutboxRow
  arming: ArmingRow
  sightings: SightingRow
  disbeliefs: DisbeliefRow
}

export interface RecoveryRow {
  id: string
  host: string
  segment: string
  origin: string
  continues: string | null
  /** The host while it is open, NULL once it is closed: the unique key that allows one open recovery a host. */
  active_key: string | null
  state: string
  outcome: string | null
  version: number
  /** Number of the last event. */
  seq: number
  /** How many signals opened or joined it: the closing write compares with it. */
  signals: number
  /** The whole recovery, JSON. */
  data: string
  plan_version: number
  owner: string | null
  epoch: number
  lease_ttl: number
  lease_until: number
  opened_at: number
  /** Its first deed on the cloud was allowed (see admission). */
  acted_at: number | null
  isolated_at: number | null
  lifted_at: number | null
  closed_at: number | null
}

export interface SignalRow {
  id: string
  dedupe_key: string | null
  source: string
  actor: string
  host: string | null
  alarm_id: string | null
  alarm: string | null
  reason: string | null
  body: string | null
  outcome: string
  because: string
  recovery_id: string | null
  cleared: number
  received_at: number
  settled_at: number | null
  rules: string | null
}

export interface StepRow {
  recovery_id: string
  kind: string
  target: string
  attempt: number
  state: string
  /** Of the lease that wrote it last. */
  epoch: number
  written_at: number
  data: string
}

export interface EventRow {
  recovery_id: string
  seq: number
  at: number
  kind: string
  actor: string
  /** Of the lease under which it was written; NULL for what intake and operators add. */
  epoch: number | null
  target: string | null
  text: string
  data: string | null
}

export interface CommandRow {
  id: string
  recovery_id: string
  kind: string
  actor: string
  reason: string
  version: number
  host: string | null
  server: string | null
  at: number
  result: string | null
  done_at: number | null
}

export interface TargetRow {
  host: string
  state: 'free' | 'reserved' | 'used'
  recovery_id: string | null
  version: number
  changed_at: number
}

export interface SlotRow {
  pool: string
  idx: number
  holder: string | null
  recovery_id: string | null
}

export interface DutyRow {
  duty: string
  owner: string
  until_at: number
  last_done_at: number | null
  last_error: string | null
}

export interface OutboxRow {
  id: string
  recovery_id: string
  type: string
  data: string
  created_at: number
  due_at: number
  attempts: number
  last_error: string | null
}

/** Append-only, so that it can be read who armed what and when; the newest row counts. */
export interface ArmingRow {
  seq: number
  at: number
  actor: string
  reason: string
  /** `{ armed?, segments }`, JSON. */
  data: string
}

export interface SightingRow {
  what: string
  since_at: number
  seen_at: number
}

/** An agent that said off of a host that reported; gone when it is believed again. */
export interface DisbeliefRow {
  host: string
  agent: string
  way: string
  since_at: number
  /** When it was last heard to say so, and by which process. */
  said_at: number
  heard_by: string
}
