import type { Mutation } from '../mutation.ts'

/** DESIGN §7: leases, guarded writes, and work that goes on after a crash. */
export const replicaMutations: readonly Mutation[] = [
  {
    name: 'two-replicas-as-one',
    bug: 'The guarded write asks neither for the owner nor for the epoch of the lease.',
    edits: [
      {
        file: 'store/recoveries/guard.ts',
        find: "    .where('owner', '=', lease.owner)\n    .where('epoch', '=', lease.epoch)\n",
        replace: ''
      }
    ]
  },
  {
    name: 'ignores-the-lease',
    bug: 'A deed is done though the lease may be over.',
    edits: [
      {
        file: 'controller/lease/supervisor.ts',
        find: 'if (lost.signal.aborted || deadlines.isOver(driver.deadline))',
        replace: 'if (lost.signal.aborted && deadlines.isOver(driver.deadline))'
      }
    ]
  },
  {
    name: 'takes-what-is-driven',
    bug: 'A recovery is claimed though another replica drives it.',
    edits: [
      {
        file: 'store/recoveries/leases.ts',
        find: "        .where('lease_until', '=', seen.lease_until)\n        .where('lease_until', '<=', now())\n",
        replace: ''
      },
      {
        file: 'store/recoveries/leases.ts',
        find: "          .where('lease_until', '<=', now())\n          .where('plan_version'",
        replace: "          .where('plan_version'"
      },
      { file: 'controller/lease/lease-watch.ts', find: 'mark => askedMs >= endOf(mark)', replace: '() => true' }
    ]
  },
  {
    name: 'no-intent',
    bug: 'A command is given before it is written down, so a crash forgets it.',
    edits: [
      {
        file: 'controller/recovery/context.ts',
        find: '  await record(ctx, { ...also, steps: [intent] })\n  ctx.assertMayAct()\n  const result = await attemptDeed(ctx, intent, taken, deed)\n',
        replace:
          '  ctx.assertMayAct()\n  const result = await attemptDeed(ctx, intent, taken, deed)\n  await record(ctx, { ...also, steps: [intent] })\n'
      }
    ]
  },
  {
    name: 'half-a-write',
    bug: 'The rows of one write are not committed together.',
    edits: [
      {
        file: 'store/database/transactions.ts',
        find: 'take(() => db.transaction().execute(work), true)',
        replace: 'take(() => work(db as never), true)'
      }
    ]
  },
  {
    name: 'a-restart-begins-anew',
    bug: 'The journal of steps is not read when a recovery is taken up again.',
    edits: [
      {
        file: 'controller/lease/supervisor.ts',
        find: '{ steps: await store.steps(id) }',
        replace: '{ steps: (await store.steps(id)).filter(step => step.state !== "sending") }'
      }
    ]
  }
]
