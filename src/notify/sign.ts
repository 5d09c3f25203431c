import { createHmac } from 'node:crypto'

/** Value of `X-Switchover-Signature`: the receiver reckons HMAC-SHA256 of "t.body" with its secret and compares. */
export function sign(secret: string, atMs: number, body: string): string {
  const t = Math.floor(atMs / 1000)
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`
}
