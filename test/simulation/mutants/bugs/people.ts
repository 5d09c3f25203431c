import type { Mutation } from '../mutation.ts'

/** Rules 16 to 20: what people say, and what is theirs. */
export const peopleMutations: readonly Mutation[] = [
  {
    name: 'acts-while-observing',
    bug: 'Somebody disarms the segment, and the deeds go on.',
    edits: [
      {
        file: 'controller/recovery/context.ts',
        find: 'if (!isArmed(ctx.recovery.segment, await store.arming(), policy)) {',
        replace:
          "if (ctx.recovery.phase.state === 'held' && !isArmed(ctx.recovery.segment, await store.arming(), policy)) {"
      }
    ]
  },
  {
    name: 'approves-any-plan',
    bug: 'An approval counts for whatever the plan is by now.',
    edits: [
      {
        file: 'core/guards/people.ts',
        find: 'if (approval.planHash !== planHash)',
        replace: "if (approval.planHash === '')"
      }
    ]
  },
  {
    name: 'needs-no-approval',
    bug: 'A segment that asks for an approval is not asked about.',
    edits: [
      {
        file: 'controller/judgement/check-guards.ts',
        find: "segment.approval) === 'required'",
        replace: "segment.approval) === 'required' && recovery.retriedAtMs !== undefined"
      }
    ]
  },
  {
    name: 'cancels-without-read-back',
    bug: 'A recovery is called cancelled while its power-off can still arrive.',
    edits: [
      {
        file: 'core/transition.ts',
        find: '(recovery, { by, reason }) =>\n  fenceBegun(recovery)',
        replace: '(recovery, { by, reason }) =>\n  recovery.isolation !== undefined'
      }
    ]
  },
  {
    name: 'moves-on-after-cancel',
    bug: 'A recovery that was cancelled while moving begins more moves.',
    edits: [
      {
        file: 'controller/activities/move.ts',
        find: 'ctx.recovery.cancelling === undefined ? await goOn(',
        replace: 'ctx.recovery.plan !== undefined ? await goOn('
      },
      {
        file: 'controller/activities/moving/outcome.ts',
        find: "const waiting = recovery.cancelling === undefined ? moves.filter(move => move.state === 'waiting') : []",
        replace: "const waiting = moves.filter(move => move.state === 'waiting')"
      }
    ]
  },
  {
    name: 'forgets-what-was-sent-on-cancel',
    bug: 'A recovery is called cancelled while servers are still on their way.',
    edits: [
      {
        file: 'controller/activities/moving/outcome.ts',
        find: '  if (open.length > stuck.length) return undefined\n  if (recovery.cancelling !== undefined && stuck.length === 0)',
        replace:
          '  if (open.length > stuck.length && recovery.cancelling === undefined) return undefined\n  if (recovery.cancelling !== undefined)'
      }
    ]
  },
  {
    name: 'obeys-an-old-word',
    bug: 'A word of a person who saw another state of the recovery is obeyed.',
    edits: [
      {
        file: 'store/recoveries/commands.ts',
        find: "          .where('version', '=', command.version)\n          .where('active_key'",
        replace: "          .where('active_key'"
      },
      {
        file: 'core/obey.ts',
        find: "if (order.kind !== 'cancel' && order.version !== version)",
        replace: 'if (version < 0)'
      }
    ]
  },
  {
    name: 'ok-is-enough',
    bug: 'Every alarm went back to ok, and that dismisses though nothing was heard of the host since.',
    edits: [
      {
        file: 'controller/activities/confirm.ts',
        find: 'isUp(host) && memory.seen.reports.dates.size > 2',
        replace: 'isUp(host)'
      }
    ]
  },
  {
    name: 'ok-clears-what-a-person-asked-for',
    bug: "An alarm's ok clears all signals of the host, a person's as well.",
    edits: [
      {
        file: 'store/intake.ts',
        find: "      .where('alarm_id', '=', alarmId)\n      .where('host', host === null",
        replace: "      .where('host', host === null"
      },
      {
        file: 'store/signals.ts',
        find: "row.cleared === 0 || row.source !== 'aodh'",
        replace: 'row.cleared === 0'
      },
      {
        file: 'controller/activities/confirm.ts',
        find: 'isUp(host) && memory.seen.reports.dates.size > 2',
        replace: 'isUp(host)'
      }
    ]
  },
  {
    name: 'a-hold-that-nothing-ends',
    bug: 'A recovery that waits for the world does not look at it.',
    edits: [
      {
        file: 'controller/activities/hold.ts',
        find: 'const event = await lookAgain(ctx, phase.hold)',
        replace: "const event = phase.hold.releasedBy === 'world' ? undefined : await lookAgain(ctx, phase.hold)"
      }
    ]
  }
]
