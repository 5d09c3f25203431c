import { expect, test } from '@jest/globals'
import { hopelessness } from '../../src/core/ladder.ts'

const step = (...agents: string[]) => ({ agents, timeoutMs: 90_000, retries: 2 })
const against = (...agents: string[]) => {
  return (agent: string): string | undefined => (agents.includes(agent) ? 'no route' : undefined)
}

test('a ladder proves nothing where each step has an agent that can not', () => {
  const ladder = [step('bmc'), step('feed-a', 'feed-b')]
  expect(hopelessness(ladder, against('bmc', 'feed-b'))).toBe('bmc: no route; feed-b: no route')
  expect(hopelessness(ladder, against('feed-a', 'feed-b'))).toBeUndefined()
  expect(hopelessness(ladder, against('bmc'))).toBeUndefined()
})

test('where nothing is fenced nothing fails', () => {
  expect(hopelessness('waived', against('bmc'))).toBeUndefined()
  expect(hopelessness([], against('bmc'))).toBeUndefined()
})
