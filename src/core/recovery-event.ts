import type { GuardReport } from './guards/guard.ts'
import type { Plan } from './plan.ts'
import type { Approval, Hold, Isolation, ListedServer, Proof, Recovery, TargetUse } from './recovery.ts'
import type { Evidence } from './verdict.ts'

/** What happened; facts, in the past. */
export type RecoveryEvent =
  | { readonly type: 'confirmedDead'; readonly evidence: Evidence }
  | { readonly type: 'foundHealthy'; readonly evidence?: Evidence; readonly because: string }
  | {
      readonly type: 'stopped'
      readonly hold: Hold
      readonly evidence?: Evidence
      readonly guards?: readonly GuardReport[]
      readonly plan?: Plan
      readonly release?: readonly string[]
    }
  | {
      readonly type: 'planned'
      readonly plan: Plan
      readonly guards: readonly GuardReport[]
      readonly targets: Recovery['targets']
      /** What is on the host by now, when it is planned again after the isolation. */
      readonly servers?: readonly ListedServer[]
    }
  | { readonly type: 'foundEmpty'; readonly because: string }
  | { readonly type: 'evidenceChanged'; readonly evidence: Evidence }
  | { readonly type: 'proven'; readonly host: string; readonly proof: Proof }
  | {
      readonly type: 'isolated'
      readonly isolation: Isolation
      readonly servers: readonly ListedServer[]
      readonly plan: Plan
      readonly targets: Recovery['targets']
    }
  | { readonly type: 'prepared'; readonly targets: Recovery['targets'] }
  | { readonly type: 'targetChanged'; readonly host: string; readonly use: TargetUse; readonly because: string }
  | { readonly type: 'replanned'; readonly because: string }
  | { readonly type: 'targetSuspected'; readonly host: string; readonly because: string }
  | { readonly type: 'sourceCameOn'; readonly because: string }
  | { readonly type: 'allEnded' }
  | { readonly type: 'lateServers'; readonly servers: readonly ListedServer[]; readonly because: string }
  | { readonly type: 'verified'; readonly unmoved: readonly string[]; readonly because: string }
  | { readonly type: 'released'; readonly because: string }
  | { readonly type: 'approved'; readonly approval: Approval }
  | {
      readonly type: 'vouched'
      readonly by: string
      readonly reason: string
      readonly host?: string
      readonly server?: string
      readonly atMs: number
    }
  | { readonly type: 'retried'; readonly by: string; readonly atMs: number }
  | { readonly type: 'cancelAsked'; readonly by: string; readonly reason: string }
  | { readonly type: 'cancelled'; readonly because: string }
