import type { Mutation } from '../mutation.ts'

/** Rules 2, 3 and 6: what is seen, and what it adds up to. */
export const evidenceMutations: readonly Mutation[] = [
  {
    name: 'unknown-is-healthy',
    bug: 'A host of which nothing is known is called healthy, and its recovery dismissed.',
    edits: [
      {
        file: 'core/verdict.ts',
        find: "if (nova.says !== 'down') return ['unknown', nova.detail]",
        replace: "if (nova.says !== 'down') return ['healthy', nova.detail]"
      }
    ]
  },
  {
    name: 'a-change-is-a-report',
    bug: 'Whoever changes the service of a dead host moves its date, and that counts as a report.',
    edits: [
      {
        file: 'controller/evidence.ts',
        find: 'if (seen.setting !== setting) seen.dates.clear()',
        replace: ''
      }
    ]
  },
  {
    name: 'dead-between-two-reports',
    bug: 'Under a force-down a report that is older than the site asks for is a death, though the next one is not due yet.',
    edits: [
      {
        file: 'core/verdict.ts',
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
        find: '      return event\n    await ctx.wait(lookEveryMs)',
        replace:
          "      return event.type === 'stopped' && event.hold.code === 'unconfirmed' ? { type: 'foundHealthy', evidence: event.evidence, because: 'nothing speaks against it' } : event\n    await ctx.wait(lookEveryMs)"
      }
    ]
  },
  {
    name: 'fences-a-host-that-answers',
    bug: 'A positive sign of life is ignored: a host whose nova-compute alone died is called dead.',
    edits: [
      {
        file: 'core/verdict.ts',
        find: 'if (living !== undefined) {',
        replace: 'if (living !== undefined && alive.length > 1) {'
      }
    ]
  },
  {
    name: 'no-second-thoughts',
    bug: 'The evidence and the guards are not asked once more before the power-off.',
    edits: [
      {
        file: 'controller/activities/fence.ts',
        find: 'if (host === ctx.recovery.host) return await secondThoughts(ctx)',
        replace: 'if (host === ctx.recovery.host) return undefined'
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
  }
]
