import { readFileSync } from 'node:fs'

export const secrets = { alarms: 'alarm-secret-for-the-bench', operator: 'operator-secret-for-the-bench' }

/** The service under measurement, as its operator reaches it. */
export interface Client {
  get<T>(path: string): Promise<T>
  /** undefined unless the answer is a success. */
  text(path: string): Promise<string | undefined>
  /** An action URL for Aodh. */
  readonly alarmUrl: string
}

export interface Usage {
  readonly cpuSeconds: number
  /** Of it, in our own code: the rest is the system's, for the disk and the network. */
  readonly userSeconds: number
  readonly residentMiB: number
  readonly calls: Readonly<Record<string, number>>
}

export function createClient(port: number): Client {
  const ask = async (path: string) => {
    const headers = { authorization: `Bearer ${secrets.operator}` }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    return { ok: answer.ok, text: await answer.text() }
  }
  return {
    alarmUrl: `http://aodh:${secrets.alarms}@127.0.0.1:${port}/v1/alarms`,
    async get<T>(path: string) {
      const { ok, text } = await ask(path)
      if (!ok) throw new Error(`GET ${path}: ${text}`)
      return JSON.parse(text) as T
    },
    async text(path) {
      const { ok, text } = await ask(path)
      return ok ? text : undefined
    }
  }
}

/** As the service itself measures it. */
export async function usageOf(client: Client): Promise<Usage> {
  const text = (await client.text('/metrics')) ?? ''
  const value = (name: string) => Number(new RegExp(`^switchover_process_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
  const calls: Record<string, number> = {}
  const counts = text.matchAll(/^switchover_openstack_call_seconds_count\{service="(\w+)".*\} (\d+)$/gm)
  for (const [, service = '', count] of counts) calls[service] = (calls[service] ?? 0) + Number(count)
  return {
    cpuSeconds: value('cpu_seconds_total'),
    userSeconds: value('cpu_user_seconds_total'),
    residentMiB: Math.round(value('resident_memory_bytes') / 2 ** 20),
    calls
  }
}

/** Of one OpenStack service, or of all. */
export function countOf({ calls }: Usage, service?: string): number {
  if (service !== undefined) return calls[service] ?? 0
  return Object.values(calls).reduce((sum, count) => sum + count, 0)
}

/** The most that a process ever had in memory, MiB; undefined where the system does not tell. */
export function peakOf(pid: number | undefined): number | undefined {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return match === null ? undefined : Math.round(Number(match[1]) / 1024)
  } catch {
    return undefined
  }
}
