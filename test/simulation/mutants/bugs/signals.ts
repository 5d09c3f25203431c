import type { Mutation } from '../mutation.ts'

/** Promise 2 and rules 1, 4, 5 and 21: no signal is lost, and none does what it should not. */
export const signalMutations: readonly Mutation[] = [
  {
    name: 'joins-a-closed-recovery',
    bug: 'A signal joins the newest recovery of its host though that has ended.',
    edits: [
      {
        file: 'store/recoveries/open-recovery.ts',
        find: "    .where('active_key', '=', host)\n    .executeTakeFirst()",
        replace: "    .where('host', '=', host)\n    .executeTakeFirst()"
      },
      {
        file: 'store/recoveries/open-recovery.ts',
        find: "    .where('active_key', '=', host)\n    .executeTakeFirstOrThrow()",
        replace: "    .where('host', '=', host)\n    .executeTakeFirstOrThrow()"
      }
    ]
  },
  {
    name: 'closes-over-a-signal',
    bug: 'A recovery is dismissed though a signal joined after its evidence was read.',
    edits: [
      {
        file: 'store/recoveries/write-recovery.ts',
        find: "if (closesAfter !== undefined) update = update.where('signals', '<=', closesAfter)",
        replace: ''
      }
    ]
  },
  {
    name: 'answers-before-the-commit',
    bug: 'A signal is acknowledged before it is stored.',
    edits: [
      {
        file: 'controller/service/intake.ts',
        find: 'const received = await store.receive(signal, disposition)',
        replace:
          "void ports.clock.sleep(1).then(() => store.receive(signal, disposition)).then(one => nudge(one.recovery), () => {})\n    const received = { signal: newId(), outcome: disposition.outcome === 'open' ? 'opened' : disposition.outcome } as Received"
      }
    ]
  },
  {
    name: 'forgets-what-it-received',
    bug: 'A signal whose host was to be looked up is forgotten when the look-up fails.',
    edits: [
      {
        file: 'controller/duties/duties.ts',
        find: "{ name: 'look-ups', everyMs: 10_000, work: intake.lookUpReceived },",
        replace: ''
      }
    ]
  },
  {
    name: 'opens-for-ever',
    bug: 'A host that we isolated opens a new recovery with each alarm.',
    edits: [
      {
        file: 'core/triage.ts',
        find: "if (question.isolated === 'yes')",
        replace: "if (question.isolated === 'yes' && question.source === 'manual')"
      }
    ]
  },
  {
    name: 'missing-data-is-a-failure',
    bug: 'Insufficient data opens a recovery.',
    edits: [
      {
        file: 'core/rules.ts',
        find: "if (alarm.current === 'alarm') return",
        replace: "if (alarm.current !== 'ok') return"
      }
    ]
  },
  {
    name: 'forgets-to-rearm',
    bug: 'An alarm that fires once is not set back, and never fires again.',
    edits: [
      {
        file: 'controller/recovery/rearm.ts',
        find: "definition.state !== 'alarm'",
        replace: "definition.state === 'alarm'"
      }
    ]
  },
  {
    name: 'poll-believes-the-date-of-the-state',
    bug: 'An alarm counts as heard if it was since its state was last set by hand, though it fired again.',
    edits: [
      {
        file: 'controller/duties/poll-alarms.ts',
        find: 'Math.min(firing.ageMs, alarm.setAgeMs)',
        replace: 'alarm.setAgeMs'
      }
    ]
  },
  {
    name: 'poll-leaves-it-in-alarm',
    bug: 'An alarm that was found when its recovery had ended is not set back, and never fires again.',
    edits: [
      {
        file: 'controller/duties/poll-alarms.ts',
        find: "if (outcome === 'noted') return (await store.isolationOf(host)) !== undefined",
        replace: "if (outcome === 'noted') return false"
      }
    ]
  },
  {
    name: 'admits-one-too-many',
    bug: 'One recovery more than allowed begins to act within the window.',
    edits: [
      {
        file: 'core/guards/recoveries-per-hour.ts',
        find: 'counted.length >= max)',
        replace: 'counted.length > max)'
      }
    ]
  },
  {
    name: 'every-signal-is-new',
    bug: 'A signal that comes twice is two signals.',
    edits: [
      {
        file: 'store/intake.ts',
        find: 'dedupe_key: signal.dedupeKey ?? null,',
        replace: 'dedupe_key: signal.dedupeKey === undefined ? null : newId(),'
      },
      {
        file: 'store/intake.ts',
        find: 'if (dedupeKey === undefined) return undefined',
        replace: 'if (dedupeKey !== null) return undefined'
      }
    ]
  }
]
