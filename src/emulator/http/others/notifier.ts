import { createHash, randomUUID } from 'node:crypto'
import type { Notification } from '../../model/alarms.ts'
import { bareTime } from '../times.ts'

/** Aodh's notifier: one POST, and whatever comes of it, that was it. */
export async function post(notification: Notification): Promise<void> {
  const url = new URL(notification.url)
  const { username, password } = url
  url.username = ''
  url.password = ''
  const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-openstack-request-id': `req-${randomUUID()}`,
        ...(username === '' ? {} : { authorization: `Basic ${secret}` })
      },
      body: JSON.stringify(bodyOf(notification))
    })
    await answer.arrayBuffer()
  } catch {
    // Refused or cut: lost, as with Aodh.
  }
}

function bodyOf({ alarm, previous, event, reason }: Notification): object {
  return {
    alarm_name: alarm.name,
    alarm_id: alarm.id,
    severity: alarm.severity,
    previous,
    current: 'alarm',
    reason,
    reason_data: {
      type: 'event',
      event: {
        message_id: event.messageId,
        message_signature: createHash('sha256').update(event.messageId).digest('hex'),
        event_type: event.type,
        generated: bareTime(event.atMs),
        traits: Object.entries(event.traits).map(([name, value]) => [name, 1, value]),
        raw: {}
      }
    }
  }
}
