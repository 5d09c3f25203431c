import { CloudError } from '../../errors.ts'
import type { Service } from '../service.ts'

export const version = { headers: { 'openstack-api-version': 'placement 1.36' } }

/** The record below `key` of an answer; undefined when Placement does not know what was asked for. */
export async function readRecord<Value>(
  service: Service,
  path: string,
  key: string,
  signal?: AbortSignal
): Promise<Readonly<Record<string, Value>> | undefined> {
  const answer = await unlessMissing(service.get<Record<string, unknown>>(path, { ...version, signal }))
  if (answer === undefined) return undefined
  return recordOf<Value>(answer.body, key)
}

export function recordOf<Value>(body: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, Value>> {
  const record = body[key]
  if (typeof record === 'object' && record !== null) return record as Record<string, Value>
  throw new CloudError('unreachable', `Placement answered without "${key}"`)
}

export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof CloudError && error.code === 'not-found') return undefined
    throw error
  }
}
