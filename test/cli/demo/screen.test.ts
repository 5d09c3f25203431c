import { expect, test } from '@jest/globals'
import { span } from '../../../src/cli/demo/terminal/paint.ts'
import { createScreen } from '../../../src/cli/demo/terminal/screen.ts'

function terminal() {
  let written = ''
  const listeners = new Set<() => void>()
  return {
    write: (text: string) => {
      written += text
      return true
    },
    on: (_: string, listen: () => void) => void listeners.add(listen),
    off: (_: string, listen: () => void) => void listeners.delete(listen),
    resize: () => {
      for (const listen of listeners) listen()
    },
    taken: () => {
      const taken = written
      written = ''
      return taken.replaceAll('\u001b', '^')
    },
    listeners
  }
}

test('a picture is drawn over the one before it, and not at all if it is the same', () => {
  const out = terminal()
  const screen = createScreen(out as never, false)
  screen.draw([[span('one')], [span('two')]])
  expect(out.taken()).toBe('^[?25l^[?2026h\rone^[K\ntwo^[K\n^[J^[?2026l')
  screen.draw([[span('one')], [span('two')]])
  expect(out.taken()).toBe('')
  screen.draw([[span('three')]])
  expect(out.taken()).toBe('^[?2026h^[2A\rthree^[K\n^[J^[?2026l')
})

test('after a change of size it begins on an empty screen', () => {
  const out = terminal()
  const screen = createScreen(out as never, false)
  screen.draw([[span('one')]])
  out.taken()
  out.resize()
  screen.draw([[span('one')]])
  expect(out.taken()).toBe('^[2J^[H^[?2026h\rone^[K\n^[J^[?2026l')
})

test('at its end the cursor is back and nobody listens any more', () => {
  const out = terminal()
  const screen = createScreen(out as never, false)
  out.taken()
  screen.close()
  expect(out.taken()).toBe('^[?25h')
  expect(out.listeners.size).toBe(0)
})
