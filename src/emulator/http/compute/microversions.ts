import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../model/refusal.ts'

export const versionMin = '2.1'

const minors = new WeakMap<FastifyRequest, number>()

/** Reads which 2.N is asked for (`versionMax` is the newest), and says on the answer which one it is. Throws Nova's 400 and 406. */
export function negotiate(request: FastifyRequest, reply: FastifyReply, versionMax: string): void {
  const minor = minorOf(wanted(request), versionMax)
  minors.set(request, minor)
  reply.header('openstack-api-version', `compute 2.${minor}`)
  reply.header('x-openstack-nova-api-version', `2.${minor}`)
  reply.header('vary', 'OpenStack-API-Version, X-OpenStack-Nova-API-Version')
}

/** N of the microversion 2.N that counts for this request. */
export function minor(request: FastifyRequest): number {
  return minors.get(request) ?? 1
}

function wanted(request: FastifyRequest): string {
  const { 'openstack-api-version': standard, 'x-openstack-nova-api-version': legacy } = request.headers
  const both = (Array.isArray(standard) ? standard.join(',') : (standard ?? '')).split(',')
  const mine = both.map(each => each.trim()).find(each => each.startsWith('compute '))
  if (mine !== undefined) return mine.slice('compute '.length).trim()
  return typeof legacy === 'string' ? legacy.trim() : versionMin
}

function minorOf(text: string, versionMax: string): number {
  if (text === 'latest') return Number(versionMax.slice(2))
  const match = /^([1-9]\d*)\.([1-9]\d*|0)$/.exec(text)
  if (match === null) {
    throw new Refusal(400, `API Version String ${text} is of invalid format. Must be of format MajorNum.MinorNum.`)
  }
  const [major, minor] = [Number(match[1]), Number(match[2])]
  if (major !== 2 || minor < 1 || minor > Number(versionMax.slice(2))) {
    throw new Refusal(
      406,
      `Version ${text} is not supported by the API. Minimum is ${versionMin} and maximum is ${versionMax}.`
    )
  }
  return minor
}
