import aodhAlarm from '../../schemas/aodh-alarm.json' with { type: 'json' }
import arming from '../../schemas/arming.json' with { type: 'json' }
import armingChange from '../../schemas/arming-change.json' with { type: 'json' }
import command from '../../schemas/command.json' with { type: 'json' }
import commandAccepted from '../../schemas/command-accepted.json' with { type: 'json' }
import dryRun from '../../schemas/dry-run.json' with { type: 'json' }
import event from '../../schemas/event.json' with { type: 'json' }
import evidence from '../../schemas/evidence.json' with { type: 'json' }
import guard from '../../schemas/guard.json' with { type: 'json' }
import health from '../../schemas/health.json' with { type: 'json' }
import move from '../../schemas/move.json' with { type: 'json' }
import plan from '../../schemas/plan.json' with { type: 'json' }
import problem from '../../schemas/problem.json' with { type: 'json' }
import received from '../../schemas/received.json' with { type: 'json' }
import recovery from '../../schemas/recovery.json' with { type: 'json' }
import recoverySummary from '../../schemas/recovery-summary.json' with { type: 'json' }
import resolve from '../../schemas/resolve.json' with { type: 'json' }
import segment from '../../schemas/segment.json' with { type: 'json' }
import serverDecision from '../../schemas/server-decision.json' with { type: 'json' }
import signal from '../../schemas/signal.json' with { type: 'json' }
import trial from '../../schemas/trial.json' with { type: 'json' }
import trigger from '../../schemas/trigger.json' with { type: 'json' }
import vouch from '../../schemas/vouch.json' with { type: 'json' }

/** The API's contract, shared by validation and OpenAPI. */
export const schemas: readonly { readonly $id: string; readonly title: string }[] = [
  aodhAlarm,
  armingChange,
  arming,
  commandAccepted,
  command,
  dryRun,
  event,
  evidence,
  guard,
  health,
  move,
  plan,
  problem,
  received,
  recoverySummary,
  recovery,
  resolve,
  segment,
  serverDecision,
  signal,
  trial,
  trigger,
  vouch
]
