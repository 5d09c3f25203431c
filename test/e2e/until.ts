import { setTimeout as delay } from 'node:timers/promises'

/** Waiting longer is of no use. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** Asks again and again until something comes, and forgives what fails meanwhile: it is often killed on purpose. */
export async function until<T>(what: string, limitMs: number, check: () => Promise<T | undefined | false>): Promise<T> {
  const deadlineMs = Date.now() + limitMs
  let last: unknown
  for (;;) {
    try {
      const got = await check()
      if (got !== undefined && got !== false) return got
      last = undefined
    } catch (error) {
      if (error instanceof Refusal) throw error
      last = error
    }
    if (Date.now() > deadlineMs) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`, { cause: last })
    await delay(250)
  }
}
