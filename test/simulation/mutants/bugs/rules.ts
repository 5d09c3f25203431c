import type { Mutation } from '../mutation.ts'

/** The operator's business rules, and rule 19: what they set is frozen. */
export const ruleMutations: readonly Mutation[] = [
  {
    name: 'note-is-taken-for-recover',
    bug: 'A signal of which the rules say note opens a recovery.',
    edits: [
      {
        file: 'core/triage.ts',
        find: "if (decision.outcome === 'note')",
        replace: "if (decision.outcome === 'note' && alarm?.current === 'ok')"
      }
    ]
  },
  {
    name: 'ok-begins-something',
    bug: 'A rule that forgot the state opens a recovery for an alarm that is ok again.',
    edits: [
      {
        file: 'core/rules.ts',
        find: "if (rule.then === 'recover' && alarm.current === 'ok') {",
        replace: "if (rule.then === 'recover' && alarm.current === 'none') {"
      }
    ]
  },
  {
    name: 'last-rule-wins',
    bug: 'Of two rules that match the later one decides.',
    edits: [
      {
        file: 'core/rules.ts',
        find: 'for (const rule of rules) {\n    const answer',
        replace: 'for (const rule of rules.toReversed()) {\n    const answer'
      }
    ]
  },
  {
    name: 'override-is-not-frozen',
    bug: 'A recovery opens with the settings of its segment, whatever its rule sets.',
    edits: [
      {
        file: 'core/open.ts',
        find: 'settings: overridden(segment.settings, decision?.overrides)',
        replace: 'settings: overridden(segment.settings)'
      }
    ]
  },
  {
    name: 'approval-of-a-rule-is-forgotten',
    bug: 'Only the segment says whether a plan needs an approval.',
    edits: [
      {
        file: 'controller/judgement/check-guards.ts',
        find: 'recovery.decision?.overrides?.approval ?? segment.approval',
        replace: 'segment.approval'
      }
    ]
  },
  {
    name: 'calendar-ends-at-midnight',
    bug: 'A window of a calendar that goes over midnight ends there.',
    edits: [
      {
        file: 'core/rules/calendar.ts',
        find: ': now >= start || now < end',
        replace: ': now >= start'
      }
    ]
  },
  {
    name: 'calendar-of-another-zone',
    bug: 'Calendars are read by the clock of UTC.',
    edits: [{ file: 'core/rules/facts.ts', find: 'wallTime(nowMs, zone)', replace: "wallTime(nowMs, 'UTC')" }]
  }
]
