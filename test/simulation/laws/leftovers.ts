import { spareReason } from '../../../src/core/marks.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'

/** What an ended recovery must not leave behind. */
export async function checkLeftovers(at: Case): Promise<void> {
  await checkHolders(at)
  await checkAlarms(at)
  await checkWaiting(at)
}

/** Rule 15: a spare that was used stays with its recovery until a person makes it one again; one that was not is given back. */
async function checkHolders({ world, store, book, spares, recorder }: Case): Promise<void> {
  const held = await store.targets()
  for (const spare of spares) {
    const isUsed = world.deeds.some(deed => deed.kind === 'evacuate' && deed.to === spare)
    const host = hostOf(world, spare)
    if (isUsed && held[spare] === undefined && !(host.disabledReason === spareReason && !host.enabled))
      book.breach('spares', `${spare} took servers, and is free for the next recovery`)
  }
  for (const [host, id] of Object.entries(held)) {
    const recovery = recorder.recoveries.get(id)
    if (recovery === undefined) continue
    const isBegun = recovery.fenceIntents[recovery.host] !== undefined || recovery.proofs[recovery.host] !== undefined
    if (!isBegun && recovery.phase.state === 'held')
      book.breach('spares', `${recovery.host} is held before the fence and keeps ${host}`)
  }
}

/** Rule 3: an alarm that fires once is set back when its recovery ends, or the timeline says why not. */
async function checkAlarms({ world, store, recorder, book }: Case): Promise<void> {
  for (const recovery of recorder.recoveries.values()) {
    const id = `alarm-of-${recovery.host}`
    const alarm = world.alarms.get(id)
    const stored = await store.recovery(recovery.id)
    if (alarm?.state !== 'alarm' || stored?.closedAtMs === undefined || alarm.stateTimestampMs > stored.closedAtMs)
      continue
    const signals = await store.signalsOf(recovery.id)
    const isIts = signals.some(signal => signal.alarm?.id === id && signal.receivedAtMs >= alarm.stateTimestampMs)
    const isSaid = (await store.events(recovery.id)).some(
      event => event.target === id && event.text.includes('could not be set back')
    )
    if (isIts && !isSaid) book.breach('alarms', `${id} was not set back when the recovery ended`)
  }
}

/** Rule 5: what waits for a look-up is looked up once Aodh and Nova can be asked. */
async function checkWaiting({ store, book, chronicle }: Case): Promise<void> {
  const { items } = await store.signals({ outcome: 'received', limit: 50 })
  for (const signal of items)
    if (chronicle.isOld(signal.receivedAtMs))
      book.breach('nothing-lost', `a signal of ${signal.host} was never looked at`)
}
