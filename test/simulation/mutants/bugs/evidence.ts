import type { Mutation } from '../mutation.ts'

/** Rules 2, 3 and 6: what is seen, and what it adds up to. */
export const evidenceMutations: readonly Mutation[] = [
  {
    name: 'unknown-is-healthy',
    bug: 'A host of which nothing is known is called healthy, and its recovery dismissed.',
    edits: [
      {
        file: 'core/verdict-table.ts',
        find: "{ when: {}, verdict: 'unknown', because: novaSays }",
        replace: "{ when: {}, verdict: 'healthy', because: novaSays }"
      }
    ]
  },
  {
    name: 'a-change-is-a-report',
    bug: 'Whoever changes the service of a dead host moves its date, and that counts as a report.',
    edits: [
      {
        file: 'core/reports.ts',
        find: 'seen.setting === setting ? seen.dates : []',
        replace: 'seen.dates'
      }
    ]
  },
  {
    name: 'dead-between-two-reports',
    bug: 'Under a force-down a report that is older than the site asks for is a death, though the next one is not due yet.',
    edits: [
      {
        file: 'core/observation.ts',
        find: 'host.forcedDown ? freshMs : downMs',
        replace: 'downMs'
      }
    ]
  },
  {
    name: 'silence-dismisses',
    bug: 'Confirming that runs out of time is dismissed instead of held.',
    edits: [
      {
        file: 'controller/activities/confirm.ts',
        find: 'clock.now() >= untilMs) return event\n    await ctx.wait(lookEveryMs)',
        replace:
          "clock.now() >= untilMs)\n      return event.type === 'stopped' && event.hold.code === 'unconfirmed' ? { type: 'foundHealthy', evidence: event.evidence, because: 'nothing speaks against it' } : event\n    await ctx.wait(lookEveryMs)"
      }
    ]
  },
  {
    name: 'fences-a-host-that-answers',
    bug: 'A positive sign of life is ignored: a host whose nova-compute alone died is called dead.',
    edits: [
      {
        file: 'core/verdict-table.ts',
        find: "network: ['alive'] },\n    verdict: 'compute-down'",
        replace: "network: ['alive'] },\n    verdict: 'dead'"
      }
    ]
  },
  {
    name: 'no-second-thoughts',
    bug: 'The evidence and the guards are not asked once more before the power-off.',
    edits: [
      {
        file: 'controller/activities/fencing/before-power-off.ts',
        find: 'return await (recovery.isolation === undefined ? secondThoughts(ctx) : brokenOff(ctx))',
        replace: 'return undefined'
      }
    ]
  },
  {
    name: 'others-force-down-ignored',
    bug: 'A host that others forced down is fenced all the same.',
    edits: [
      {
        file: 'core/guards/maintenance.ts',
        find: 'if (forcedDown && !isIsolatedByUs(disabledReason))',
        replace: "if (forcedDown && !isIsolatedByUs(disabledReason) && host.state === 'up')"
      }
    ]
  },
  {
    name: 'others-disable-ignored',
    bug: 'A host that others disabled is fenced all the same.',
    edits: [
      {
        file: 'core/guards/maintenance.ts',
        find: "if (status === 'disabled' && !isOurs(disabledReason)) {",
        replace: "if (status === 'disabled' && disabledReason === undefined) {"
      }
    ]
  },
  {
    name: 'no-storm-brake',
    bug: 'However many hosts of the segment look down, recoveries begin to act.',
    edits: [
      {
        file: 'core/guards/storm.ts',
        find: 'return down > 1 && percent > segment.limits.hostsDownPercent',
        replace: 'return down > 1000 && percent > segment.limits.hostsDownPercent'
      }
    ]
  },
  {
    name: 'another-tool-ignored',
    bug: 'Another tool evacuates the host, and the recovery goes on beside it.',
    edits: [
      {
        file: 'core/guards/other-tool.ts',
        find: 'export const foreignEvacuationsMax = 3',
        replace: 'export const foreignEvacuationsMax = 3000'
      }
    ]
  },
  {
    name: 'unknown-counts-as-silent',
    bug: 'A sign of life that could not be asked for counts among the sources that speak for the death of the host.',
    edits: [
      {
        file: 'core/verdict.ts',
        find: "return says === 'silent' && networkIsSilent",
        replace: "return says !== 'alive'"
      }
    ]
  },
  {
    name: 'alarm-counts',
    bug: 'The alarm, which is why we look, is one of the independent sources.',
    edits: [{ file: 'core/verdict.ts', find: "case 'power':\n", replace: "case 'power':\n    case 'alarm':\n" }]
  },
  {
    name: 'heartbeat-is-ignored',
    bug: 'A host whose heartbeat is still on the storage is called dead.',
    edits: [
      {
        file: 'core/verdict-table.ts',
        find: "beside: ['alive'], enough: ['yes'] },\n    verdict: 'isolated'",
        replace: "beside: ['alive'], enough: ['yes'] },\n    verdict: 'dead'"
      }
    ]
  },
  {
    name: 'degraded-is-dismissed',
    bug: 'A host that reports is dismissed as if it were well, though an alarm stands and a sign of life is silent.',
    edits: [
      { file: 'core/remedy.ts', find: "'dismiss' ? 'dismiss' : 'wait'", replace: "'dismiss' ? 'dismiss' : 'dismiss'" }
    ]
  },
  {
    name: 'isolated-is-waived',
    bug: 'A host that is known to run, cut off, is left to a fence that the configuration waives.',
    edits: [{ file: 'core/remedy.ts', find: "return canFence ? 'fence' : 'hold'", replace: "return 'fence'" }]
  }
]
