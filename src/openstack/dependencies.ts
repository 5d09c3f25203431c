import type { Clock } from '../clock.ts'
import type { Dependency } from '../controller/service/service.ts'
import type { CallReport } from './request.ts'

export interface Dependencies {
  /** Takes note of one call. */
  note(report: CallReport): void
  list(): Dependency[]
}

const names = ['nova', 'keystone', 'placement', 'aodh'] as const

/** How the last call to each service went. An answer that refuses is an answer; only our own login failing is not. */
export function createDependencies(clock: Clock): Dependencies {
  const seen = new Map<string, Dependency>()
  return {
    note({ service, status, error }) {
      const name = names.find(each => each === service)
      // A call that we gave up ourselves says nothing about the service.
      if (name === undefined || status === 'aborted') return
      const code = Number(status)
      const ok = code > 0 && code < 500 && code !== 401 && code !== 429
      const lastSeenMs = ok ? clock.now() : seen.get(name)?.lastSeenMs
      seen.set(name, {
        name,
        ok,
        ...(lastSeenMs === undefined ? {} : { lastSeenMs }),
        ...(ok ? {} : { error: error ?? status })
      })
    },
    list: () => names.map(name => seen.get(name) ?? { name, ok: false, asked: false, error: 'not asked yet' })
  }
}
