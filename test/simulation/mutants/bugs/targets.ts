import type { Mutation } from '../mutation.ts'

/** Promise 3 and rules 13 to 15: spares, and what may have been left on them. */
export const targetMutations: readonly Mutation[] = [
  {
    name: 'reserves-what-is-taken',
    bug: 'A target is reserved without compare-and-set: whoever comes last has it.',
    edits: [
      {
        file: 'store/recoveries/targets.ts',
        find: "if (row !== undefined) return row.state === 'free' && (await change(tx, now, row, mine))",
        replace: 'if (row !== undefined) return await change(tx, now, row, mine)'
      }
    ]
  },
  {
    name: 'frees-a-failed-target',
    bug: 'A target on which a move failed is free for the next recovery.',
    edits: [
      {
        file: 'store/recoveries/targets.ts',
        find: "use.state === 'reserved' ||",
        replace: "use.state === 'reserved' || use.state === 'failed' ||"
      }
    ]
  },
  {
    name: 'frees-a-used-spare',
    bug: 'A spare that took the servers is free for the next recovery.',
    edits: [
      {
        file: 'store/recoveries/targets.ts',
        find: "(use.state === 'prepared' && !use.isSpare)",
        replace: "use.state === 'prepared'"
      }
    ]
  },
  {
    name: 'gives-back-what-it-uses',
    bug: 'Held after the fence, a recovery gives its targets back.',
    edits: [
      {
        file: 'controller/recovery/run-recovery.ts',
        find: 'const release = held && !fenceBegun(next) ?',
        replace: 'const release = held ?'
      }
    ]
  },
  {
    name: 'keeps-spares-while-held',
    bug: 'Held before the fence, a recovery keeps the spares that it reserved.',
    edits: [
      {
        file: 'controller/recovery/run-recovery.ts',
        find: 'const release = held && !fenceBegun(next) ? await reservedTargets(ctx) : []',
        replace: 'const release: string[] = []'
      }
    ]
  },
  {
    name: 'sends-to-a-dead-target',
    bug: 'A target that died while servers were moved to it gets the next ones as well.',
    edits: [
      {
        file: 'controller/activities/moving/look.ts',
        find: "if (host.state === 'down') {",
        replace: "if (host.state === 'down' && !use.isSpare) {"
      }
    ]
  },
  {
    name: 'a-dead-target-counts-as-off',
    bug: 'A target that died is taken to be off without a proof, and its servers go elsewhere.',
    edits: [
      {
        file: 'controller/activities/lost-targets.ts',
        find: "if (its?.isolation !== undefined && proof !== undefined) return { type: 'proven', host, proof }",
        replace: "return { type: 'proven', host, proof: proof ?? { kind: 'waived', atMs: ctx.ports.clock.now() } }"
      }
    ]
  },
  {
    name: 'forgets-what-may-still-arrive',
    bug: 'A request that may still arrive is forgotten as soon as its target is proven off.',
    edits: [
      {
        file: 'controller/activities/lost-targets.ts',
        find: 'nowMs - step.intentAtMs > unknownMs',
        replace: 'unknownMs > 0'
      }
    ]
  },
  {
    name: 'powers-off-what-others-use',
    bug: 'A target on which a move failed is powered off though servers run on it.',
    edits: [
      {
        file: 'controller/activities/moving/outcome.ts',
        find: 'if (!arrived && use?.isSpare === true',
        replace: 'if (use?.isSpare === true'
      },
      {
        file: 'controller/activities/fencing/before-power-off.ts',
        find: 'if (complete && there.length === 0) return undefined',
        replace: 'if (there.length >= 0) return undefined'
      }
    ]
  },
  {
    name: 'a-fenced-target-may-return',
    bug: 'A target that was fenced is not forced down before its servers go elsewhere.',
    edits: [
      {
        file: 'controller/activities/plan.ts',
        find: 'if (recovery.cancelling === undefined) await isolateProvenTargets(ctx)',
        replace: ''
      }
    ]
  },
  {
    name: 'enables-what-is-no-spare',
    bug: 'A spare that others disabled for their own reasons is enabled.',
    edits: [
      {
        file: 'controller/planning/candidates.ts',
        find: "if (isSpare && found.status === 'disabled' && found.disabledReason !== spareReason) {",
        replace: "if (isSpare && found.status === 'disabled' && found.disabledReason === undefined) {"
      },
      {
        file: 'controller/activities/prepare.ts',
        find: 'if (found.disabledReason !== spareReason) return',
        replace: 'if (found.disabledReason === undefined) return'
      }
    ]
  },
  {
    name: 'takes-what-may-be-dead',
    bug: 'A host with an open recovery of its own is taken as a target while Nova still calls it up.',
    edits: [
      {
        file: 'controller/planning/candidates.ts',
        find: "if (its !== undefined && use?.state !== 'prepared') return",
        replace: "if (its !== undefined && use?.state === 'lost') return"
      },
      { file: 'store/recoveries/targets.ts', find: 'if (await hasRecovery(tx, host)) return false', replace: '' }
    ]
  },
  {
    name: 'leaves-spares-enabled',
    bug: 'A spare that was enabled and not used is not disabled again.',
    edits: [
      {
        file: 'controller/activities/prepare.ts',
        find: 'if (enabled && !(await disableAgain(ctx, host))) {',
        replace: 'if (enabled && !isUp) {'
      }
    ]
  },
  {
    name: 'does-not-wait-for-the-trait',
    bug: 'Servers are sent to a spare that the scheduler still refuses.',
    edits: [
      {
        file: 'controller/activities/prepare.ts',
        find: 'if (room?.schedulable === true) return undefined',
        replace: 'if (room !== undefined) return undefined'
      }
    ]
  },
  {
    name: 'one-too-many-for-a-target',
    bug: 'A target gets one move more at a time than allowed.',
    edits: [
      {
        file: 'controller/activities/moving/begin.ts',
        find: '>= ctx.recovery.settings.evacuate.perTarget',
        replace: '> ctx.recovery.settings.evacuate.perTarget'
      }
    ]
  },
  {
    name: 'forgets-the-aggregates',
    bug: "The spare does not join the failed host's aggregates.",
    edits: [
      {
        file: 'controller/activities/prepare.ts',
        find: '(await joinAggregates(ctx, host)) ?? (await enable(ctx, found))',
        replace: 'await enable(ctx, found)'
      }
    ]
  }
]
