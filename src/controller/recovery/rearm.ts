import type { TimelineEvent } from '../ports/ports.ts'
import type { Context } from './context.ts'
import { assertArmed, Disarmed, isWorldError, note } from './context.ts'

/**
 * An event alarm without repeat_actions fires once and then never again until its state is set back: it is, when the
 * recovery that it caused ends. A failure is said and stops nothing.
 */
export async function rearmAlarms(ctx: Context, recovery: string): Promise<TimelineEvent[]> {
  const signals = await ctx.ports.store.signalsOf(recovery)
  const ids = new Set(
    signals.flatMap(signal => (signal.source === 'aodh' && signal.alarm?.type === 'event' ? [signal.alarm.id] : []))
  )
  const events: TimelineEvent[] = []
  for (const id of ids) {
    try {
      const definition = await ctx.ports.alarms.definition(id, ctx.signal)
      if (definition?.type !== 'event' || definition.repeatActions || definition.state !== 'alarm') continue
      await assertArmed(ctx)
      ctx.assertMayAct()
      await ctx.ports.alarms.rearm(id, ctx.signal)
      events.push(note('note', `alarm ${definition.name} is set back to ok, so that it can fire again`, id))
    } catch (error) {
      if (!isWorldError(error) && !(error instanceof Disarmed)) throw error
      events.push(
        note(
          'note',
          `alarm ${id} could not be set back to ok (${error.message}): it will not fire again until it is`,
          id
        )
      )
    }
  }
  return events
}
