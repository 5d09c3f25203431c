import { expect, test } from '@jest/globals'
import { withNames } from '../../src/cli/with-names.ts'

test('a server’s name is printed as it is, whatever it would mean in a pattern', () => {
  const move = { state: 'moving', attempts: 1 } as const
  const moveList = [
    { ...move, server: 'vm-1', name: "$&$`$'$$" },
    { ...move, server: 'vm-2' }
  ]
  expect(withNames('vm-1 moves, vm-2 waits', { moveList })).toBe("$&$`$'$$ moves, vm-2 waits")
})
