import type { Host } from '../inventory.ts'
import type { GuardReport } from './guard.ts'
import { clear, closed } from './guard.ts'

export const foreignEvacuationsMax = 3

/**
 * Another tool recovers the host: its mark is in the reason why the host is disabled, or evacuations that are not ours run. A few
 * of these are followed.
 */
export function otherToolGuard(foreign: number, host: Host | undefined, marks: readonly string[]): GuardReport {
  const reason = host?.disabledReason
  const mark = marks.find(word => reason?.toLowerCase().includes(word.toLowerCase()))
  const inputs = {
    foreignEvacuations: foreign,
    foreignEvacuationsMax,
    marks,
    ...(reason === undefined ? {} : { disabledReason: reason })
  }
  if (mark !== undefined)
    return closed(
      'other-tool',
      `another tool has ${host?.name} in hand: it is disabled with "${reason}"`,
      'world',
      inputs
    )
  return foreign > foreignEvacuationsMax
    ? closed(
        'other-tool',
        `${foreign} evacuations that are not ours are running: another tool is at work`,
        'world',
        inputs
      )
    : clear('other-tool', `${foreign} evacuations that are not ours`, inputs)
}
