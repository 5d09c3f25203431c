import { suggestion } from '../core/closest.ts'
import type { ConfigFile } from '../schemas/config.d.ts'

/** What must fit together in `alarms`. */
export function alarmMistakes({ alarms, auth }: ConfigFile): string[] {
  if (alarms === undefined) return []
  const { template, token } = alarms
  const tokens = auth.alarms.tokens.map(({ name }) => name)
  const kinds = (['event', 'gnocchi', 'prometheus'] as const).filter(kind => template[kind] !== undefined)
  return [
    ...(tokens.includes(token) ? [] : [`alarms.token: auth.alarms.tokens has no ${token}${suggestion(token, tokens)}`]),
    ...(kinds.length === 1 ? [] : ['alarms.template: must have exactly one of event, gnocchi, prometheus']),
    ...(template.gnocchi === undefined ? [] : gnocchiMistakes(template.gnocchi))
  ]
}

function gnocchiMistakes({ query }: NonNullable<Template['gnocchi']>): string[] {
  try {
    JSON.parse(query)
    return []
  } catch {
    return ['alarms.template.gnocchi.query: must be JSON text']
  }
}

type Template = NonNullable<ConfigFile['alarms']>['template']
