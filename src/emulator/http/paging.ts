import type { FastifyRequest } from 'fastify'
import { Refusal } from '../model/refusal.ts'
import { asked, type Face, queryOf } from './face.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Nova names the next page whenever this one is full. */
  readonly links: readonly { readonly rel: 'next'; readonly href: string }[]
}

const limitMax = 1000

/** The page that `limit` and `marker` ask for. Throws Nova's 400 for a marker that is not (or no more) in the list. */
export function pageOf<T>(face: Face, request: FastifyRequest, list: readonly T[], idOf: (item: T) => string): Page<T> {
  const limit = limitOf(asked(request, 'limit'))
  const marker = asked(request, 'marker')
  const before = marker === undefined ? -1 : list.findIndex(item => idOf(item) === marker)
  if (marker !== undefined && before === -1) throw new Refusal(400, `marker [${marker}] not found`)
  const items = list.slice(before + 1, before + 1 + limit)
  const last = items.at(-1)
  if (last === undefined || items.length < limit) return { items, links: [] }
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(queryOf(request))) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) query.append(key, each)
  }
  query.set('marker', idOf(last))
  const path = request.url.split('?')[0] ?? ''
  return { items, links: [{ rel: 'next', href: `${face.url()}${path}?${query}` }] }
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return limitMax
  if (!/^\d+$/.test(text)) {
    throw new Refusal(
      400,
      `Invalid input for query parameters limit. Value: ${text}. '${text}' does not match '^[0-9]*$'`
    )
  }
  return Number(text) === 0 ? limitMax : Math.min(limitMax, Number(text))
}
