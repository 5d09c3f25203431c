import { expect, test } from '@jest/globals'
import { paint } from '../../../src/cli/demo/terminal/paint.ts'
import { type Outcome, reportLines } from '../../../src/cli/demo/text/report.ts'
import { entered, move, recovery, scene, wayToMoving } from './scenes.ts'

const recovered = recovery({
  state: 'recovered',
  closedAtMs: scene(33).nowMs,
  targets: { 'compute-03': { state: 'prepared', isSpare: true } },
  moveList: [move('web-1', 'arrived'), move('web-2', 'gone')],
  timeline: [
    ...wayToMoving,
    entered(31, 'verifying', 'every move has ended'),
    entered(33, 'recovered', 'every server is where and as it should be')
  ]
})

const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  ...scene(34),
  recoveries: [recovered],
  guests: { runningOnce: 7, stopped: 1, wrong: [] },
  samples: 600,
  twice: [],
  segments: [{ name: 'rack-a', spareLeft: false, sparesReady: 0 }],
  complaints: [],
  ...more
})

const text = (of: Outcome, width = 76) => reportLines(of, width).map(line => paint(line, false))

test('it says what happened when, and how things stand', () => {
  expect(text(outcome())).toMatchInlineSnapshot(`
[
  " What happened",
  "    1.0 s    it observes",
  "    2.0 s    compute-01 panics",
  "   12.0 s    the host is dead: nova-compute is down, and ssh:22 is silent",
  "   13.0 s    planned: 4 servers to compute-03",
  "   18.0 s    compute-01 is off: fenced by bmc, two readings",
  "   19.0 s    disabled and forced down; 4 servers are on it",
  "   21.0 s    the targets are enabled and the scheduler may use them",
  "   31.0 s    every move has ended",
  "   33.0 s    every server is where and as it should be",
  "",
  " How things stand",
  " servers     7 run on exactly one hypervisor, 1 stopped as their users left",
  "             them",
  " twice       none, in 600 looks at every hypervisor",
  " compute-01  recovered, 1 of 2 servers moved to compute-03 in 10.0 s, 23.0 s",
  "             after the first signal",
  " N+1         rack-a has no spare left: the next failure would be held until",
  "             there is one",
  "",
  " All is well.",
]
`)
})

test('what is wrong is named, and nothing is called well', () => {
  const lines = text(
    outcome({
      guests: { runningOnce: 2, stopped: 0, wrong: ['a', 'b', 'c', 'd', 'e', 'f'] },
      twice: ['web-1 ran on compute-01 and compute-03'],
      complaints: ['web-1 ran on compute-01 and compute-03'],
      segments: [{ name: 'rack-a', spareLeft: true, sparesReady: 2 }]
    }),
    110
  )
  expect(lines).toContain(
    ' servers     2 run on exactly one hypervisor, 6 not as they should be: a, b, c, d and 2 more'
  )
  expect(lines).toContain(' twice       web-1 ran on compute-01 and compute-03, in 600 looks at every hypervisor')
  expect(lines).toContain(' N+1         rack-a has 2 spares ready for the next failure')
  expect(lines).toContain(' Not all is well:')
  expect(lines.join()).not.toContain('All is well')
})
