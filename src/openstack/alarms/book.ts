import type { Service } from '../service.ts'
import type { AlarmBody } from './body.ts'

/** An alarm as Aodh shows it. */
export interface AodhRow extends AlarmBody {
  readonly alarm_id: string
  readonly enabled: boolean
  readonly state: string
  readonly state_reason?: string | null
  readonly project_id: string
  /** When it was last written; UTC. */
  readonly timestamp: string
}

/** The alarms in Aodh, to be written. Throws CloudError. */
export interface AlarmBook {
  /** Those of all projects that the login may see. */
  all(signal?: AbortSignal): Promise<AodhRow[]>
  named(name: string, signal?: AbortSignal): Promise<AodhRow[]>
  create(body: AlarmBody, signal?: AbortSignal): Promise<void>
  /** Everything but whether it is enabled, and its state. */
  update(row: AodhRow, body: AlarmBody, signal?: AbortSignal): Promise<void>
  remove(id: string, signal?: AbortSignal): Promise<void>
}

export function createAlarmBook(service: Service): AlarmBook {
  const list = async (fields: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<AodhRow[]> => {
    const query = Object.entries({ all_projects: 'true', ...fields }).map(
      ([field, value]) => `q.field=${field}&q.op=eq&q.value=${encodeURIComponent(value)}`
    )
    return (await service.get<AodhRow[]>(`/alarms?${query.join('&')}`, { signal })).body
  }
  return {
    all: signal => list({}, signal),
    named: (name, signal) => list({ name }, signal),
    async create(body, signal) {
      await service.send('POST', '/alarms', body, { signal })
    },
    async update({ alarm_id: id, enabled, state }, body, signal) {
      // What a PUT leaves out goes back to its default.
      await service.send('PUT', `/alarms/${encodeURIComponent(id)}`, { ...body, enabled, state }, { signal })
    },
    async remove(id, signal) {
      await service.send('DELETE', `/alarms/${encodeURIComponent(id)}`, undefined, { signal })
    }
  }
}
