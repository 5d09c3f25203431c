import type { Mutation } from '../mutation.ts'

/** Rules 8 to 12: which servers are moved, and how each is followed to its end. */
export const serverMutations: readonly Mutation[] = [
  {
    name: 'list-before-isolating',
    bug: 'The list that binds is read before the host is isolated.',
    edits: [
      {
        file: 'controller/activities/isolate.ts',
        find: '  const isolation = await forceDown(ctx, recovery.host)',
        replace:
          '  const early = await drawPlan(ports, recovery, segment, ctx.steps, ctx.signal)\n  const isolation = await forceDown(ctx, recovery.host)'
      },
      {
        file: 'controller/activities/isolate.ts',
        find: 'const drawn = await drawPlan(ports, recovery, segment, ctx.steps, ctx.signal)',
        replace: 'const drawn = early'
      }
    ]
  },
  {
    name: 'a-cell-is-down-and-believed',
    bug: 'A list of servers counts though a cell could not be read.',
    edits: [
      {
        file: 'core/inventory.ts',
        find: "return reading.hosts.every(host => host.state !== 'unknown' && host.status !== 'unknown')",
        replace: 'return reading.hosts.length > 0'
      }
    ]
  },
  {
    name: 'no-list-at-the-end',
    bug: 'Verifying asks about the servers it knows, and not whether another one is left on the host.',
    edits: [
      {
        file: 'controller/activities/verify.ts',
        find: 'if (late.length === 0) return { left }',
        replace: 'if (late.length >= 0) return { left }'
      }
    ]
  },
  {
    name: 'no-look-before-sending',
    bug: 'An evacuation that is running already is not looked for before one is asked for.',
    edits: [
      {
        file: 'controller/activities/moving/begin.ts',
        find: 'if (running !== undefined && !isOnProvenHost(ctx, running)) return await follow(ctx, move, running)',
        replace: ''
      }
    ]
  },
  {
    name: 'moves-what-has-left',
    bug: 'A server that was deleted or moved by others since the list is evacuated all the same.',
    edits: [
      {
        file: 'controller/activities/moving/begin.ts',
        find: 'const settled = alreadySettled(ctx, server)',
        replace: 'const settled = undefined'
      }
    ]
  },
  {
    name: 'the-gone-count-as-left-behind',
    bug: 'A server that its user deleted before its turn makes the recovery partial.',
    edits: [
      {
        file: 'controller/activities/plan.ts',
        find: 'else await noteGone(ctx, drawn)',
        replace: ''
      },
      {
        file: 'controller/activities/verify.ts',
        find: 'left.has(server) && (state',
        replace: '(state'
      }
    ]
  },
  {
    name: 'moves-a-begun-live-migration',
    bug: 'A server whose live migration was running is evacuated, though it may run on the other host.',
    edits: [
      {
        file: 'core/fate.ts',
        find: "const notBegun = ['queued', 'accepted', 'preparing']",
        replace: "const notBegun = ['queued', 'accepted', 'preparing', 'running']"
      }
    ]
  },
  {
    name: 'goes-elsewhere-after-failed',
    bug: 'A move that reached a target and failed there is repeated on another one.',
    edits: [
      {
        file: 'core/moves.ts',
        find: 'return reached.findLast(',
        replace: 'return reached.slice(0, 0).findLast('
      },
      {
        file: 'controller/planning/pins.ts',
        find: "one.status === 'failed' &&",
        replace: "one.status === 'error' &&"
      }
    ]
  },
  {
    name: 'trusts-active',
    bug: 'A server that reads ACTIVE has arrived.',
    edits: [
      {
        file: 'controller/activities/moving/settle.ts',
        find: "    case 'running':\n",
        replace:
          "    case 'running': {\n      const server = await ctx.ports.cloud.server(step.target, ctx.signal)\n      if (server?.vmState === 'active' && server.taskState === undefined)\n        return { ...withRecord(step, fate.migration), state: 'done', endedAtMs: nowMs }\n    }\n"
      }
    ]
  },
  {
    name: 'no-answer-is-success',
    bug: 'A request whose answer was lost counts as taken.',
    edits: [
      {
        file: 'controller/recovery/context.ts',
        find: "if (error.code === 'unknown') return intent",
        replace: "if (error.code === 'unknown') return { ...intent, state: taken }"
      }
    ]
  },
  {
    name: 'no-answer-is-failure',
    bug: 'A request whose answer was lost counts as failed, and is sent again at once.',
    edits: [
      {
        file: 'controller/recovery/context.ts',
        find: "if (error.code === 'unknown') return intent",
        replace: ''
      }
    ]
  },
  {
    name: 'asks-again-too-soon',
    bug: 'A request that was cut off is sent again while it can still arrive.',
    edits: [
      {
        file: 'controller/activities/moving/settle.ts',
        find: 'const unknownMs = 180_000',
        replace: 'const unknownMs = 2000'
      }
    ]
  },
  {
    name: 'any-record-will-do',
    bug: 'The record of an earlier attempt decides over the new one.',
    edits: [
      {
        file: 'core/fate.ts',
        find: 'one.id > (step.afterMigration ?? 0)',
        replace: 'one.id > 0'
      }
    ]
  },
  {
    name: 'given-up-with-tries-left',
    bug: 'A move that fails after the plan was renewed without it is given up.',
    edits: [
      {
        file: 'controller/activities/moving/outcome.ts',
        find: 'moves.some(move => isLeftOut(ctx, move))',
        replace: 'moves.length < 0'
      }
    ]
  },
  {
    name: 'stopped-server-runs-on',
    bug: 'A stopped server that Nova started after an error is not stopped again.',
    edits: [
      {
        file: 'core/moves.ts',
        find: "const stopped = before.vmState === 'stopped' ||",
        replace: "const stopped = before.vmState === 'shutoff' ||"
      }
    ]
  },
  {
    name: 'the-order-to-stop-is-lost',
    bug: 'A server that was being stopped when its host died runs on.',
    edits: [
      {
        file: 'core/moves.ts',
        find: " || before.taskState === 'powering-off'",
        replace: ''
      }
    ]
  },
  {
    name: 'two-of-a-group-at-once',
    bug: 'Two members of an anti-affinity group move at the same time.',
    edits: [
      {
        file: 'controller/activities/moving/begin.ts',
        find: 'return group === undefined || (await store.takeSlot(lease, `group:${group}`, 1, server))',
        replace: 'return group !== server'
      }
    ]
  },
  {
    name: 'loses-local-disks',
    bug: 'A server with a disk on the dead host is moved though the loss was not allowed.',
    edits: [
      {
        file: 'core/movable.ts',
        find: "settings.storage === 'local' && !settings.allowLocalDiskLoss",
        replace: "settings.storage === 'local' && settings.allowLocalDiskLoss"
      }
    ]
  },
  {
    name: 'resets-against-orders',
    bug: 'Paused servers are reset and moved though moveUnusual is off.',
    edits: [
      {
        file: 'core/movable.ts',
        find: '!settings.evacuate.moveUnusual',
        replace: 'settings.evacuate.moveUnusual === undefined'
      }
    ]
  },
  {
    name: 'moves-what-a-rule-leaves',
    bug: 'A server that an instance rule leaves is moved all the same.',
    edits: [
      {
        file: 'core/plan.ts',
        find: "policy?.then === 'leave' &&",
        replace: "policy?.then === 'move' && policy.priority > 10 &&"
      }
    ]
  },
  {
    name: 'a-rule-stops-nothing',
    bug: 'A server that an instance rule leaves stopped runs on where it arrived.',
    edits: [
      {
        file: 'core/moves.ts',
        find: ' || before.leaveStopped === true',
        replace: ''
      }
    ]
  },
  {
    name: 'waits-for-ever',
    bug: 'A move past its time is waited for without end.',
    edits: [
      {
        file: 'controller/activities/moving/stuck.ts',
        find: '> recovery.settings.evacuate.moveTimeoutMs',
        replace: '> 1e9 * recovery.settings.evacuate.moveTimeoutMs'
      }
    ]
  },
  {
    name: 'tries-for-ever',
    bug: 'A move that fails is tried again without end.',
    edits: [
      {
        file: 'core/moves.ts',
        find: 'return recovery.settings.evacuate.attempts - used',
        replace: 'return used < 0 ? 0 : recovery.settings.evacuate.attempts'
      }
    ]
  },
  {
    name: 'places-are-never-free-again',
    bug: 'A move that has ended keeps its place among the moves in flight.',
    edits: [
      {
        file: 'controller/activities/moving/places.ts',
        find: '  await ports.store.keepSlots(ctx.lease, [...needed])\n',
        replace: ''
      }
    ]
  }
]
