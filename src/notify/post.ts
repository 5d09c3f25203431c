import got from 'got'
import { messageOf } from '../errors.ts'
import { sign } from './sign.ts'

export interface Delivery {
  /** undefined: it was taken. */
  readonly failure?: string
  /** The target itself fails (silence, 429, 5xx), and not only this delivery. */
  readonly isDown: boolean
}

/** POSTs one CloudEvent, signed with the secret. Never throws; nothing of the secret or of the URL's path is told. */
export async function post(
  { url, secret }: { readonly url: string; readonly secret: string },
  body: string,
  { nowMs, timeoutMs, signal }: { readonly nowMs: number; readonly timeoutMs: number; readonly signal?: AbortSignal }
): Promise<Delivery> {
  const headers = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'x-switchover-signature': sign(secret, nowMs, body)
  }
  try {
    const { statusCode } = await got.post(url, {
      body,
      headers,
      ...(signal === undefined ? {} : { signal }),
      timeout: { request: timeoutMs },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false
    })
    if (statusCode >= 200 && statusCode < 300) return { isDown: false }
    return { failure: `answered ${statusCode}`, isDown: statusCode === 429 || statusCode >= 500 }
  } catch (error) {
    // Addresses of webhooks often hold a secret in their path.
    return { failure: messageOf(error).replaceAll(url, 'the address'), isDown: true }
  }
}
