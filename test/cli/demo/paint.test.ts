import { expect, test } from '@jest/globals'
import { clip, paint, span, spread, widthOf, wrap } from '../../../src/cli/demo/terminal/paint.ts'
import { svgOf } from '../../../src/cli/demo/terminal/svg.ts'

const line = [span('compute-01', 'bad'), span('  is off')]

test('colours are codes around the text, and none without colours', () => {
  expect(paint(line, true)).toBe('\u001b[31mcompute-01\u001b[0m  is off')
  expect(paint(line, false)).toBe('compute-01  is off')
})

test('what does not fit ends with an ellipsis', () => {
  expect(paint(clip(line, 18), false)).toBe('compute-01  is off')
  expect(paint(clip(line, 13), false)).toBe('compute-01  …')
  expect(paint(clip(line, 4), false)).toBe('com…')
  expect(widthOf(clip(line, 0))).toBe(0)
})

test('what stands at the right edge stays there', () => {
  expect(paint(spread(line, [span('4 s')], 30), false)).toBe('compute-01  is off         4 s')
  expect(paint(spread(line, [span('4 s')], 20), false)).toBe('compute-01  is…  4 s')
})

test('words are never broken', () => {
  expect(wrap('a host that is silent', 9)).toEqual(['a host', 'that is', 'silent'])
  expect(wrap('incomprehensibilities', 5)).toEqual(['incomprehensibilities'])
})

test('the picture has the same words at the same columns, and nothing of them is markup', () => {
  const svg = svgOf([[span(' a<b & "c"', 'good')], [], line], 'the title')
  expect(svg).toContain('>a&lt;b &amp; &quot;c&quot;</text>')
  const rows = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)])
  const [first, second, third] = rows
  expect(second?.[1]).toBeGreaterThan(first?.[1] ?? 0)
  expect(third?.[1]).toBe(second?.[1])
  // Ten characters and two blanks later.
  expect((third?.[0] ?? 0) - (second?.[0] ?? 0)).toBeCloseTo(12 * 8.4, 1)
  expect(svg).toContain('<title>the title</title>')
})
