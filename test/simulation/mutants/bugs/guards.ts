import type { Mutation } from '../mutation.ts'

/** Rule 21 and beyond: may we act now? */
export const guardMutations: readonly Mutation[] = [
  {
    name: 'storm-is-forgotten',
    bug: 'As soon as few enough hosts are down recoveries begin, though a moment ago there was a storm.',
    edits: [{ file: 'core/guards/storm.ts', find: 'seen.seenAtMs + quietMs', replace: 'seen.sinceMs' }]
  },
  {
    name: 'storm-is-not-written-down',
    bug: 'A storm is noticed only by recoveries of its time, and a hold that ends does not know of it.',
    edits: [
      {
        file: 'controller/duties/watch.ts',
        find: 'isComplete(reading) && isStorm(reading, segment)',
        replace: 'isComplete(reading) && segment.hosts.length === 0'
      }
    ]
  },
  {
    name: 'flapping-host-goes-on',
    bug: 'A host that was recovered as often as it may be is fenced and recovered once more.',
    edits: [
      { file: 'core/guards/flapping.ts', find: 'failures >= failuresPerHost', replace: 'failures > failuresPerHost' }
    ]
  },
  {
    name: 'acts-without-a-control-plane',
    bug: 'A host is fenced though no scheduler or no conductor is up.',
    edits: [{ file: 'core/guards/control-plane.ts', find: 'of > 0 && up === 0', replace: 'of > 1 && up === 0' }]
  },
  {
    name: 'domain-of-one-aggregate',
    bug: 'Only the hosts of one aggregate make a failure domain, though others have the same value.',
    edits: [
      {
        file: 'core/guards/domain.ts',
        find: 'const known = values.get(value) ?? new Set()',
        replace: 'const known = new Set<string>()'
      }
    ]
  },
  {
    name: 'site-start-does-not-wait',
    bug: 'After the start of the site nothing is waited for, whatever is configured.',
    edits: [{ file: 'core/guards/storm.ts', find: 'if (waitMs === 0)', replace: 'if (waitMs >= 0)' }]
  },
  {
    name: 'approval-opens-the-control-plane',
    bug: 'An approval lets through though no scheduler or no conductor is up.',
    edits: [{ file: 'core/guards/guard.ts', find: "'control-plane': false", replace: "'control-plane': true" }]
  },
  {
    name: 'approval-never-expires',
    bug: 'An approval counts for as long as the plan stays as it is.',
    edits: [
      { file: 'core/guards/people.ts', find: 'approval.untilMs <= nowMs', replace: 'approval.untilMs <= 0' },
      { file: 'core/guards/people.ts', find: 'approval.untilMs > nowMs', replace: 'approval.untilMs > 0' }
    ]
  },
  {
    name: 'approval-opens-what-nobody-saw',
    bug: 'An approval lets through what closed after it was given.',
    edits: [
      {
        file: 'core/guards/people.ts',
        find: 'approval.releases?.includes(guard) === true',
        replace: 'approval.releases?.includes(guard) !== undefined'
      }
    ]
  },
  {
    name: 'link-to-bmcs-stays-down',
    bug: 'The BMC of a living host that answers counts as silent: what is held for our own link is held for ever.',
    edits: [
      {
        file: 'controller/judgement/bmc-link.ts',
        find: 'await ports.fencing.read(agent, other, given)\n      return true',
        replace: 'await ports.fencing.read(agent, other, given)\n      return false'
      }
    ]
  }
]
