import { fenceBegun } from '../../../src/core/holding.ts'
import { spareReason } from '../../../src/core/marks.ts'
import { hostOfAlarm, lastFiringMs } from '../../../src/emulator/model/alarms.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'

/** Two rounds of the poll, and what strikes them. */
const pollsMs = 90_000

/** What an ended recovery must not leave behind. */
export async function checkLeftovers(at: Case): Promise<void> {
  await checkHolders(at)
  await checkAlarms(at)
  await checkLeftInAlarm(at)
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
    if (!fenceBegun(recovery) && recovery.phase.state === 'held')
      book.breach('spares', `${recovery.host} is held before the fence and keeps ${host}`)
  }
}

/** Rule 3: an alarm that fires once is set back when its recovery ends, or the timeline says why not. */
async function checkAlarms({ world, store, recorder, book }: Case): Promise<void> {
  for (const recovery of recorder.recoveries.values()) {
    const id = `alarm-of-${recovery.host}`
    const alarm = world.alarms.get(id)
    const firedAtMs = alarm === undefined ? undefined : lastFiringMs(alarm)
    const stored = await store.recovery(recovery.id)
    const closedAtMs = stored?.closedAtMs
    if (alarm?.state !== 'alarm' || firedAtMs === undefined || closedAtMs === undefined || firedAtMs > closedAtMs)
      continue
    const signals = await store.signalsOf(recovery.id)
    const isIts = signals.some(signal => signal.alarm?.id === id && signal.receivedAtMs >= firedAtMs)
    const isSaid = (await store.events(recovery.id)).some(
      event => event.target === id && event.text.includes('could not be set back')
    )
    if (isIts && !isSaid) book.breach('alarms', `${id} was not set back when the recovery ended`)
  }
}

/** With a poll, none stays in `alarm` that nobody works on: it would never fire again. */
async function checkLeftInAlarm({ world, store, book, chronicle, polls, segment, ruled }: Case): Promise<void> {
  if (!polls || !((await store.arming()).armed ?? segment.armed)) return
  for (const alarm of world.alarms.values()) {
    const host = hostOfAlarm(alarm) ?? ''
    const firedAtMs = lastFiringMs(alarm) ?? 0
    if (alarm.state !== 'alarm' || !chronicle.isOld(firedAtMs, pollsMs)) continue
    const last = await store.lastOf(alarm.id)
    if (last === undefined || last.receivedAtMs < firedAtMs)
      book.breach('nothing-lost', `${alarm.id} fired, and nobody has heard of it`)
    // What a rule sets aside is left to the owner of the alarm.
    else if ((ruled.setAsideMs(host) ?? -1) >= last.receivedAtMs) continue
    else if (chronicle.isOld(last.receivedAtMs, pollsMs) && (await store.openRecoveryOf(host)) === undefined)
      book.breach('alarms', `${alarm.id} is still in alarm though nobody works on ${host}`)
  }
}

/** Rule 5: what waits for a look-up is looked up once Aodh and Nova can be asked. */
async function checkWaiting({ store, book, chronicle }: Case): Promise<void> {
  const { items } = await store.signals({ outcome: 'received', limit: 50 })
  for (const signal of items)
    if (chronicle.isOld(signal.receivedAtMs))
      book.breach('nothing-lost', `a signal of ${signal.host} was never looked at`)
}
