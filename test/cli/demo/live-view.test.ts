import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { liveView } from '../../../src/cli/demo/picture/live-view.ts'
import { paint, widthOf } from '../../../src/cli/demo/terminal/paint.ts'
import { guests, halfWay, host, move, recovery, scene, wayToMoving } from './scenes.ts'

const text = (...args: Parameters<typeof liveView>) => liveView(...args).map(line => paint(line, false))
const usual = { width: 90, height: 30 }

test('half-way through a recovery one sees the hosts, what is done, what is under way and every server', () => {
  expect(text(halfWay, usual)).toMatchInlineSnapshot(`
[
  " Switchover  the real service, on an OpenStack in memory                              0:30",
  "",
  " compute-01  □ □       powered off · disabled · forced down",
  " compute-02  ■ ■ ■ ■",
  " compute-03  ■ ■       the spare, in use",
  " ■ runs   □ should run",
  "",
  " it observes",
  " compute-01 panics",
  "",
  "",
  " compute-01 is being recovered",
  " ✓ confirming  the host is dead: nova-compute is down, and ssh:22 is silent          2.0 s",
  " ✓ planning    planned: 4 servers to compute-03                                      1.0 s",
  " ✓ fencing     compute-01 is off: fenced by bmc, two readings                        5.0 s",
  " ✓ isolating   disabled and forced down; 4 servers are on it                         1.0 s",
  " ✓ preparing   the targets are enabled and the scheduler may use them                2.0 s",
  " ▸ moving      ━━━━━━━━━━━━────────────  2 of 4 servers                              9.0 s",
  " · verifying   looks whether each server is where and as it should be",
  "",
  " ● web-1  on compute-03        ◐ web-3  → compute-03",
  " ● web-2  on compute-03        · web-4  waits",
]
`)
})

test('before anything fails one sees the hosts and the story', () => {
  expect(text(scene(5), usual)).toMatchInlineSnapshot(`
[
  " Switchover  the real service, on an OpenStack in memory                              0:05",
  "",
  " compute-01  ■ ■ ■ ■",
  " compute-02  ■ ■ ■ ■",
  " compute-03            the spare, empty",
  " ■ runs",
  "",
  " it observes",
  " compute-01 panics",
  "",
  "",
]
`)
})

test('a held recovery says why, where it was held', () => {
  const held = recovery({
    state: 'held',
    hold: { from: 'fencing', code: 'not-fenced', reason: 'compute-01 is not proven off', releasedBy: 'person' },
    timeline: wayToMoving.slice(0, 3)
  })
  const lines = text(scene(40, { recoveries: [held] }), usual)
  expect(lines).toContainEqual(expect.stringMatching(/‖ fencing .* held: compute-01 is not proven off .* 27\.0 s$/))
  expect(lines).toContainEqual(expect.stringMatching(/· isolating /))
})

test('with several recoveries the one under way is shown in full, the others in a line', () => {
  const ended = recovery({ id: 'r-0', host: 'compute-02', state: 'partial', reason: 'one server stays' })
  const lines = text(scene(40, { recoveries: [recovery(), ended] }), usual)
  expect(lines).toContain(' compute-01 is being recovered')
  expect(lines).toContain(' compute-02 partial: one server stays')
})

test('when there are more servers than room, a square stands for several, and it is said', () => {
  const crowded = scene(5, { hosts: [host('compute-01', { guests: guests(500) }), host('compute-02')] })
  expect(text(crowded, usual)).toContainEqual(expect.stringMatching(/a square stands for \d+ servers/))
})

test('of many hosts those are shown that something happens to', () => {
  const many = Array.from({ length: 200 }, (_, index) => host(`compute-${index}`))
  many[150] = host('compute-150', { state: 'silent' })
  const lines = text(scene(5, { hosts: many }), usual)
  expect(lines).toContainEqual(expect.stringContaining('compute-150'))
  expect(lines).toContainEqual(expect.stringMatching(/and \d+ more hosts with \d+ servers/))
})

test('it never is larger than the terminal', () => {
  const state = fc.constantFrom('waiting', 'sending', 'moving', 'restoring', 'arrived', 'gone', 'failed', 'stays')
  const scenes = fc.record({
    hosts: fc.array(fc.record({ name: fc.string({ maxLength: 40 }), count: fc.nat(300) }), { maxLength: 60 }),
    states: fc.array(state, { maxLength: 80 }),
    recoveries: fc.nat(3),
    width: fc.integer({ min: 50, max: 200 }),
    height: fc.integer({ min: 20, max: 60 })
  })
  fc.assert(
    fc.property(scenes, ({ hosts, states, recoveries, width, height }) => {
      const one = recovery({
        state: 'moving',
        timeline: [...wayToMoving],
        moveList: states.map((each, index) => move(`web-${index}`, each as 'moving'))
      })
      const lines = liveView(
        scene(40, {
          hosts: hosts.map(({ name, count }) =>
            host(name, { guests: guests(count), state: 'off', marks: ['disabled'] })
          ),
          recoveries: Array.from({ length: recoveries }, (_, index) => ({ ...one, id: `r-${index}` }))
        }),
        { width, height }
      )
      expect(lines.length).toBeLessThanOrEqual(height)
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width)
    }),
    { numRuns: 200 }
  )
})
