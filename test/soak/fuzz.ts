import fc from 'fast-check'
import { secrets } from '../e2e/service-config.ts'
import { createInspector, type Inspector, type Memory } from './fuzz/memory.ts'
import { type ApiDocument, requestsOf } from './fuzz/requests.ts'
import { createRawClient, type RawAnswer, type RawClient, type RawRequest } from './raw.ts'
import { onStage, type Report, type Stage } from './stage.ts'

export interface Fuzz {
  readonly requests: number
  /** The same one, the same requests. */
  readonly seed: number
}

/** Most requests come from whoever may do the most. */
const tokens = [secrets.operator, secrets.operator, secrets.operator, secrets.viewer, secrets.alarms]
const atOnce = 16
const rounds = 10
/** Until here caches fill and code is compiled. */
const warmRounds = 3
/**
 * What is kept on purpose is bounded and small: statements of the store, 10 000 addresses of refused requests, a recovery a host.
 * A leak of 100 bytes a request would show as 7 MiB. The resident size also holds what the allocator keeps for later.
 */
const growth: Memory = { heapMiB: 6, residentMiB: 64 }

/** Every route of our own document, with sound and with broken requests. */
export async function fuzz({ requests, seed }: Fuzz): Promise<Report> {
  const hosts = {
    ...{ 'compute-01': { servers: 2 }, 'compute-02': { servers: 2 }, 'compute-03': {}, 'compute-04': {} },
    ...{ 'compute-05': { spare: true as const }, 'compute-06': { spare: true as const } }
  }
  const inspector = createInspector(20_000 + Math.floor(Math.random() * 10_000))
  return await onStage(
    { spec: { hosts }, place: { env: inspector.env }, wishes: () => ({ more: { log: { level: 'warn' } } }) },
    async stage => {
      const client = createRawClient(stage.service.url)
      try {
        return await play(stage, client, inspector, requests, seed)
      } finally {
        client.close()
      }
    }
  )
}

async function play(
  stage: Stage,
  client: RawClient,
  inspector: Inspector,
  requests: number,
  seed: number
): Promise<Report> {
  const { body } = await stage.service.request('GET', '/openapi.json')
  let known: readonly string[] = []
  const made = requestsOf(body as ApiDocument, tokens, () => known)
  const pid = stage.service.pid()
  const broken: string[] = []
  const statuses: Record<string, number> = {}
  const memories: Memory[] = []
  for (let round = 0; round < rounds; round++) {
    known = await namesIn(stage)
    const share = fc.sample(made, { numRuns: Math.ceil(requests / rounds), seed: seed + round })
    await Promise.all(
      Array.from({ length: atOnce }, async (_, lane) => {
        for (let at = lane; at < share.length; at += atOnce) {
          const request = share[at]!
          const answer = await client.ask(request)
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
          const objection = objectionTo(request, answer)
          if (objection !== undefined)
            broken.push(`${objection} (seed ${seed}, round ${round}): ${shown(request)} → ${answer.text.slice(0, 300)}`)
        }
      })
    )
    memories.push(await inspector.memory())
  }
  const [warm, last] = [memories[warmRounds - 1]!, memories.at(-1)!]
  if (!stage.service.running() || stage.service.pid() !== pid) broken.push('the service has ended')
  if (last.heapMiB - warm.heapMiB > growth.heapMiB)
    broken.push(`the heap grew: ${memories.map(each => each.heapMiB).join(', ')} MiB`)
  if (last.residentMiB - warm.residentMiB > growth.residentMiB)
    broken.push(`it grew: ${memories.map(each => each.residentMiB).join(', ')} MiB`)
  const { '-1': unsendable = 0, ...answered } = statuses
  return {
    figures: {
      ...{ seed, sent: Object.values(answered).reduce((sum, count) => sum + count, 0), 'not sendable': unsendable },
      answers: Object.entries(answered)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
      'heap after each tenth, MiB': memories.map(each => each.heapMiB).join(' '),
      'resident, MiB': memories.map(each => each.residentMiB).join(' ')
    },
    broken
  }
}

/** Ids and hosts, so that some requests are about what is there. */
async function namesIn({ service }: Stage): Promise<string[]> {
  const [recoveries, signals] = await Promise.all([service.recoveries('?limit=50'), service.signals('?limit=20')])
  const hosts = ['compute-01', 'compute-02', 'compute-03', 'compute-05', 'rack-1']
  return [...hosts, ...recoveries.map(({ id }) => id), ...signals.map(({ id }) => id)]
}

function objectionTo({ method }: RawRequest, { status, type, text }: RawAnswer): string | undefined {
  // Our own side would not send it.
  if (status === -1) return undefined
  if (status === 0) return 'no answer'
  if (status >= 500 && status !== 503) return `answers ${status}`
  if (status < 400 || method === 'HEAD') return undefined
  if (!type.startsWith('application/problem+json')) return `${status} is no problem+json but ${type}`
  const problem = JSON.parse(text) as { status?: number; detail?: string; title?: string }
  return problem.status === status && (problem.detail ?? '').length > 10
    ? undefined
    : `${status} does not say what to do`
}

function shown({ method, path, headers, body }: RawRequest): string {
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(headers).slice(0, 300)} ${String(body ?? '').slice(0, 300)}`
}
