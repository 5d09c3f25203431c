import type { Stage } from '../stage/stage.ts'

/** An alarm's action as Aodh sends it, for states in which an event alarm never is by itself. Answers what became of it. */
export async function postAlarm({ url, tokens, world }: Stage, host: string, current: string): Promise<string> {
  const name = `host-down-${host}`
  const alarm = [...world.alarms.values()].find(one => one.name === name)
  const answer = await fetch(`${url}/v1/alarms/${host}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.alarms}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      alarm_id: alarm?.id ?? name,
      alarm_name: name,
      current,
      previous: 'alarm',
      severity: 'critical',
      reason: 'as the scenario says',
      reason_data: {}
    })
  })
  const { outcome } = (await answer.json()) as { outcome?: string }
  return outcome ?? String(answer.status)
}
