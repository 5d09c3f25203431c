import type { Mutation } from '../mutation.ts'

/** Promise 1 and rule 7: nothing leaves a host that is not proven off, and a proof has an age. */
export const proofMutations: readonly Mutation[] = [
  {
    name: 'skips-the-proof',
    bug: 'The plan is followed by the isolation at once: nothing is fenced.',
    edits: [
      {
        file: 'core/transition.ts',
        find: "if (proofOf(recovery) === undefined) return { state: 'fencing', host: recovery.host }",
        replace: ''
      }
    ]
  },
  {
    name: 'one-off-for-two',
    bug: 'A single reading of off is a proof.',
    edits: [
      {
        file: 'core/proof.ts',
        find: 'return span !== undefined && span.last.atMs - span.first.atMs >= minGapMs',
        replace: "return readings.at(-1)?.power === 'off' && minGapMs > 0 && span !== null"
      }
    ]
  },
  {
    name: 'another-machine-counts',
    bug: 'Two readings of off are a proof though they are of two machines.',
    edits: [
      {
        file: 'core/proof.ts',
        find: 'return one.agent === other.agent && one.identity === other.identity',
        replace: 'return one.agent === other.agent'
      }
    ]
  },
  {
    name: 'sent-is-off',
    bug: 'A power-off that the BMC took is a proof.',
    edits: [
      {
        file: 'controller/activities/fencing/climb-step.ts',
        find: '    if (event !== undefined) return { event }\n    await ctx.wait(readEveryMs + 100)\n',
        replace:
          '    if (event !== undefined) return { event }\n    if (tried.sent.size > 0) return { proof: fencedProof(step.agents, readings, clock.now()) }\n    await ctx.wait(readEveryMs + 100)\n'
      }
    ]
  },
  {
    name: 'one-feed-for-all',
    bug: 'Of redundant feeds one that is off is a proof.',
    edits: [
      {
        file: 'core/proof.ts',
        find: '!own.every(its =>',
        replace: '!own.some(its =>'
      }
    ]
  },
  {
    name: 'slow-feed-hides-the-other',
    bug: 'A feed that says on is heard when the slowest has answered.',
    edits: [
      {
        file: 'controller/judgement/reread-proof.ts',
        find: 'await readRound(ctx, agents, host, saysOn)',
        replace: 'await readRound(ctx, agents, host)'
      }
    ]
  },
  {
    name: 'second-agent-overrules',
    bug: 'The second step of the ladder proves it though the first goes on saying on.',
    edits: [
      {
        file: 'controller/activities/fencing/climb-ladder.ts',
        find: 'if (denied !== undefined) {',
        replace: "if (denied === '') {"
      }
    ]
  },
  {
    name: 'forgets-the-disbelief',
    bug: 'An agent that was found to lie of a host is believed by every process that did not find it out itself.',
    edits: [
      {
        file: 'controller/judgement/disbeliefs.ts',
        find: 'await store.disbelieve({ agent, host, way }, owner, saidAtMs)',
        replace: 'if (owner.length > 0) return'
      }
    ]
  },
  {
    name: 'memory-is-a-reading',
    bug: 'That Ironic remembers a host as off counts as a reading of its power.',
    edits: [
      {
        file: 'core/proof.ts',
        find: "if (reading.power === 'off' && reading.isHearsay === true) continue",
        replace: ''
      }
    ]
  },
  {
    name: 'no-answer-is-off',
    bug: 'A BMC that does not answer counts as one that says off.',
    edits: [
      {
        file: 'controller/judgement/power.ts',
        find: 'return failureOf(error)',
        replace: "return { agent, method: 'redfish', power: 'off', atMs: ctx.ports.clock.now() }"
      }
    ]
  },
  {
    name: 'proof-never-read-again',
    bug: 'After a restart, a pause or a hold the old proof is taken as it is.',
    edits: [
      {
        file: 'controller/activities/move.ts',
        find: 'if (ctx.memory.provenAtMs !== undefined || ctx.recovery.cancelling !== undefined) return undefined',
        replace: 'ctx.memory.provenAtMs ??= ctx.ports.clock.now()\n  if (ctx.memory.provenAtMs > 0) return undefined'
      }
    ]
  },
  {
    name: 'power-not-read-while-moving',
    bug: 'While servers move nobody looks whether the source was switched on.',
    edits: [
      {
        file: 'controller/activities/moving/look.ts',
        find: 'readProof(ctx)]',
        replace: 'Promise.resolve({ stands: true as const, atMs: ctx.ports.clock.now() })]'
      }
    ]
  },
  {
    name: 'fences-again-after-a-hold',
    bug: 'A source that a person switched on while the recovery paused is powered off again.',
    edits: [
      {
        file: 'controller/activities/moving/look.ts',
        find: 'ctx.memory.provenAtMs !== undefined && forcedDownByUs',
        replace: 'forcedDownByUs'
      },
      {
        file: 'controller/activities/move.ts',
        find: "  return { type: 'stopped', hold: doubtHold(proof) }",
        replace:
          "  return proof.on ? { type: 'sourceCameOn', because: proof.reason } : { type: 'stopped', hold: doubtHold(proof) }"
      }
    ]
  },
  {
    name: 'isolated-is-not-begun',
    bug: 'A host that was isolated, was off by itself and came on counts as one whose fence was never begun.',
    edits: [
      {
        file: 'core/holding.ts',
        find: '|| isolation !== undefined ||',
        replace: '||'
      }
    ]
  },
  {
    name: 'vouch-outlives-life',
    bug: "A person's word that the host is off counts on though the host answers.",
    edits: [
      {
        file: 'controller/judgement/reread-proof.ts',
        find: 'return living === undefined ? { stands',
        replace: 'return living !== null ? { stands'
      }
    ]
  },
  {
    name: 'reports-do-not-count',
    bug: 'The nova-compute of the failed host reports again under our force-down, and its servers move on.',
    edits: [
      {
        file: 'controller/activities/moving/reports.ts',
        find: 'return lateReports.size > 2 ?',
        replace: 'return lateReports.size < 0 ?'
      }
    ]
  },
  {
    name: 'only-reports-that-it-saw-itself',
    bug: 'Reports that came before the servers began to move, or during a hold, are not compared with those from before the isolation.',
    edits: [
      {
        file: 'controller/activities/moving/reports.ts',
        find: 'lateReports.add(ctx.recovery.isolation?.reportedAtMs ?? host.reportedAtMs)',
        replace: 'lateReports.add(host.reportedAtMs)'
      }
    ]
  },
  {
    name: 'first-report-is-waited-out',
    bug: 'While it is not known whether a new report is a sign of life, servers leave.',
    edits: [
      {
        file: 'controller/activities/move.ts',
        find: 'isProofFresh(ctx) && !mayReport(ctx.memory.reportMovedAtMs, ctx.ports.clock.now())',
        replace: 'isProofFresh(ctx)'
      }
    ]
  },
  {
    name: 'lifted-force-down-ignored',
    bug: 'Somebody lifts the force-down, and servers move on.',
    edits: [
      {
        file: 'controller/activities/moving/look.ts',
        find: "if (host !== undefined && host.state !== 'unknown' && !host.forcedDown) {",
        replace: "if (host !== undefined && host.state === 'unknown' && !host.forcedDown) {"
      }
    ]
  },
  {
    name: 'not-forced-down',
    bug: 'The host is disabled but not forced down before its servers move.',
    edits: [
      {
        file: 'controller/activities/isolate.ts',
        find: 'if (host.forcedDown && !disable) return',
        replace: 'if (!disable) return'
      },
      {
        file: 'controller/activities/isolate.ts',
        find: 'async signal => await cloud.isolate(host.serviceId, disable ? reason : undefined, signal)',
        replace: 'async signal => await cloud.disable(host.serviceId, reason, signal)'
      },
      {
        file: 'controller/activities/moving/look.ts',
        find: "if (host !== undefined && host.state !== 'unknown' && !host.forcedDown) {",
        replace: 'if (host?.state === "up") {'
      }
    ]
  }
]
