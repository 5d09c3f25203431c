import { expect } from '@jest/globals'
import type { ServiceProcess } from '../service.ts'

/** What `alarms apply --json` and `alarms test --json` say, as far as the scenarios read it. */
export interface Applied {
  readonly changed: boolean
  readonly failures: readonly string[]
  readonly alarms: readonly { readonly action: string; readonly host: string; readonly because: string }[]
}

export interface Tested {
  readonly ok: boolean
  readonly because: string
  readonly signal?: string
  readonly removed: boolean
}

export async function apply(service: ServiceProcess): Promise<Applied & { readonly status: number }> {
  return await service.cliJson<Applied>('alarms', 'apply', '--yes')
}

export function doneTo({ alarms, failures }: Applied): string[] {
  expect(failures).toEqual([])
  return alarms.filter(({ action }) => action !== 'keep').map(({ action, host }) => `${action} ${host}`)
}

/** What Aodh calls each host's alarm, by the host. */
export async function statesOf(service: ServiceProcess): Promise<Readonly<Record<string, string>>> {
  type List = { alarms: { host: string; state: string }[] }
  const { alarms } = await service.cliJson<List>('alarms', 'list')
  return Object.fromEntries(alarms.map(({ host, state }) => [host, state]))
}
