import { expect, test } from '@jest/globals'
import { plainLines } from '../../../src/cli/demo/text/plain-lines.ts'
import { entered, halfWay, move, noted, recovery, scene } from './scenes.ts'

test('what happened is told once, in the order of its time, with names in place of ids', () => {
  const first = scene(12, {
    story: [{ atMs: scene(0).nowMs + 2000, text: 'compute-01 panics' }],
    recoveries: [recovery({ timeline: [noted(11, 'the alarm fired')] })]
  })
  const second = scene(20, {
    story: [...first.story, { atMs: scene(0).nowMs + 19_000, text: 'olga approves' }],
    recoveries: [
      recovery({
        moveList: [move('web-1', 'arrived')],
        timeline: [noted(11, 'the alarm fired'), noted(18, 'evacuate id-of-web-1 to compute-03: done')]
      })
    ]
  })
  expect(plainLines(undefined, first)).toEqual(['   2.0 s  compute-01 panics', '  11.0 s  the alarm fired'])
  expect(plainLines(first, second)).toEqual(['  18.0 s  evacuate web-1 to compute-03: done', '  19.0 s  olga approves'])
  expect(plainLines(second, second)).toEqual([])
})

test('of several recoveries each line says which it is about', () => {
  const both = { ...halfWay, recoveries: [...halfWay.recoveries, recovery({ id: 'r-2', host: 'compute-02' })] }
  expect(plainLines(halfWay, both)).toEqual([])
  const later = {
    ...both,
    recoveries: [
      ...halfWay.recoveries,
      recovery({ id: 'r-2', host: 'compute-02', timeline: [entered(31, 'planning', 'it is dead')] })
    ]
  }
  expect(plainLines(both, later)).toEqual(['  31.0 s  compute-02: it is dead'])
})
