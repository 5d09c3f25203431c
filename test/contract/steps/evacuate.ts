import type { ApiAnswer } from '../../e2e/api.ts'
import { lookAt, settled } from './look.ts'
import { messageOf, type Stage, source } from './stage.ts'

export interface EvacuateOptions {
  /** How long it may take to come to its end. */
  readonly seconds?: number
  readonly as?: 'admin' | 'demo'
  readonly microversion?: string
  /** What Nova's pretended hypervisor does otherwise than any real one. */
  readonly unseen?: readonly string[]
}

/** Asks Nova to evacuate, and writes down its answer and what became of the server. */
export async function evacuate(
  stage: Stage,
  step: string,
  server: string,
  body: Readonly<Record<string, unknown>>,
  { seconds = 60, unseen = [], ...how }: EvacuateOptions = {}
): Promise<void> {
  const answer = await stage.call('POST', `/servers/${server}/action`, { body: { evacuate: body }, ...how })
  const look = answer.code < 300 ? await settled(stage, server, seconds) : await lookAt(stage, server)
  const facts = Object.entries({ ...answered(answer), ...look }).filter(([fact]) => !unseen.includes(fact))
  stage.note(step, Object.fromEntries(facts))
}

export function answered({ code, body }: ApiAnswer): { code: number; message: unknown } {
  return { code, message: messageOf(body) }
}

/** nova-compute dies; resolves once Nova misses its reports. */
export async function die(stage: Stage, host: string): Promise<void> {
  await stage.lab.kill(host)
  await stage.must(`${host} to be down`, 60, async () => (await stage.service(host)).state === 'down')
}

/** The source is dead and forced down, as a controller makes it before it evacuates. */
export async function failSource(stage: Stage): Promise<void> {
  await stage.lab.kill(source)
  await stage.putService(source, { forced_down: true })
}

/** A host that had died is started, and may work again. */
export async function revive(stage: Stage, host: string): Promise<void> {
  await stage.lab.start(host)
  await stage.putService(host, { forced_down: false, status: 'enabled' })
  await stage.must(`${host} to be up`, 180, async () => (await stage.service(host)).state === 'up')
}

export async function waitFor(stage: Stage, server: string, status: string): Promise<void> {
  await stage.must(`the server to be ${status}`, 60, async () => {
    const { code, body } = await stage.call('GET', `/servers/${server}`)
    if (code !== 200) return status === String(code)
    const { server: found } = body as { server: { status: string; 'OS-EXT-STS:task_state': string | null } }
    return found.status === status && found['OS-EXT-STS:task_state'] === null
  })
}
