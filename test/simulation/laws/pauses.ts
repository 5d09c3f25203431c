import type { World } from '../../../src/emulator/model/world.ts'
import type { Recorder } from '../recorder.ts'

/** When a recovery was last taken up by a process or left a hold, ms: after that a person may have brought the host back. */
export interface Pauses {
  last(recovery: string): number | undefined
  /** The same, but for pauses in the middle of a fence: what was begun there is brought to its end. */
  lastOutsideFence(recovery: string): number | undefined
}

export function watchPauses(recorder: Recorder, world: Pick<World, 'clock'>): Pauses {
  const all = new Map<string, number>()
  const outside = new Map<string, number>()
  const heldFrom = new Map<string, string>()
  const note = (recovery: string, state: string | undefined): void => {
    all.set(recovery, world.clock.now())
    if (state !== 'fencing') outside.set(recovery, world.clock.now())
  }
  recorder.listen({ claim: id => note(id, recorder.recoveries.get(id)?.phase.state) })
  recorder.onChange(({ id, phase }) => {
    const from = heldFrom.get(id)
    if (phase.state === 'held') heldFrom.set(id, phase.from)
    else if (from !== undefined) {
      heldFrom.delete(id)
      note(id, from)
    }
  })
  return { last: id => all.get(id), lastOutsideFence: id => outside.get(id) }
}
