import { messageOf } from '../../../errors.ts'
import type { ArmingView } from '../../../schemas/arming.d.ts'
import type { DryRunView } from '../../../schemas/dry-run.d.ts'
import type { Health } from '../../../schemas/health.d.ts'
import type { RecoverySummary, RecoveryView } from '../../../schemas/recovery.d.ts'
import type { SegmentView } from '../../../schemas/segment.d.ts'

export type CommandWord = 'approve' | 'vouch' | 'retry' | 'cancel'

/** The service as anybody may use it: over HTTP, with an operator's token. */
export interface Api {
  health(): Promise<Health>
  segments(): Promise<SegmentView[]>
  /** What would happen if the host died now. */
  plan(host: string): Promise<DryRunView>
  arm(armed: boolean, reason: string): Promise<ArmingView>
  trigger(host: string, reason: string): Promise<unknown>
  command(recovery: string, word: CommandWord, body: Readonly<Record<string, unknown>>): Promise<unknown>
  /** The newest first. */
  recoveries(): Promise<RecoverySummary[]>
  recovery(id: string): Promise<RecoveryView>
}

const timeoutMs = 20_000

export function createApi(url: string, token: string): Api {
  const get = async <T>(path: string): Promise<T> => (await ask(url, token, 'GET', path)) as T
  return {
    health: () => get('/health'),
    segments: async () => (await get<{ items: SegmentView[] }>('/v1/segments')).items,
    plan: host => get(`/v1/plan?host=${encodeURIComponent(host)}`),
    arm: async (armed, reason) => (await ask(url, token, 'PUT', '/v1/arming', { armed, reason })) as ArmingView,
    trigger: (host, reason) => ask(url, token, 'POST', '/v1/recoveries', { host, reason }),
    command: (id, word, body) => ask(url, token, 'POST', `/v1/recoveries/${id}/${word}`, body),
    recoveries: async () => (await get<{ items: RecoverySummary[] }>('/v1/recoveries?limit=100')).items,
    recovery: id => get(`/v1/recoveries/${id}`)
  }
}

/** The answer's body. Throws ApiError with the service's own words when it refuses. */
async function ask(url: string, token: string, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs)
  }).catch((error: unknown) => {
    throw new ApiError(0, `${method} ${path}: ${messageOf(error)}`, { cause: error })
  })
  const text = await answer.text()
  if (!answer.ok) throw new ApiError(answer.status, `${method} ${path} answered ${answer.status}: ${detailIn(text)}`)
  return JSON.parse(text)
}

/** The API's refusals are problem+json; `status` is 0 when nothing answered. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

function detailIn(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: string }
    return detail ?? text
  } catch {
    return text.slice(0, 200)
  }
}
