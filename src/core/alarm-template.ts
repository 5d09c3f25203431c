/** What a host's alarm is to be: exactly one of event, gnocchi and prometheus. `{host}` stands for the host in every text. */
export interface AlarmTemplate {
  readonly name: string
  readonly severity: string
  readonly repeatActions: boolean
  readonly event?: { readonly type: string; readonly trait: string }
  readonly gnocchi?: Threshold & {
    readonly metric: string
    readonly resourceType: string
    /** JSON text. */
    readonly query: string
    readonly aggregation: string
    readonly granularitySeconds: number
    readonly periods: number
  }
  readonly prometheus?: Threshold & { readonly query: string }
}

export interface Threshold {
  /** lt, le, eq, ne, ge or gt: the value is compared with the threshold. */
  readonly operator: string
  readonly threshold: number
}

/** The template with `{host}` filled in. */
export function fillHost<T>(template: T, host: string): T {
  return JSON.parse(JSON.stringify(template), (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('{host}', host) : value
  ) as T
}

/** The same metric under a condition that every value meets: it fires as soon as there is one. */
export function alwaysTrue(template: AlarmTemplate): AlarmTemplate {
  const met = { operator: 'ge', threshold: -1e100 }
  return {
    ...template,
    ...(template.gnocchi === undefined ? {} : { gnocchi: { ...template.gnocchi, ...met, periods: 1 } }),
    ...(template.prometheus === undefined ? {} : { prometheus: { ...template.prometheus, ...met } })
  }
}
