import { ConfigError } from '../errors.ts'
import type { ConfigFile, Segment } from '../schemas/config.d.ts'
import { addressOf, addressShapes, pathOfStore } from '../store-url.ts'
import { alarmMistakes } from './alarm-checks.ts'
import { confirmMistakes } from './confirm-checks.ts'
import { agentMistakes, ladderMistakes } from './fencing-checks.ts'

/** What a schema can't say: things that must fit together. Messages have paths and names, never secrets. */
export function crossChecks(file: ConfigFile): string[] {
  return [
    ...storeMistakes(file),
    ...tokenMistakes(file),
    ...repeated(file.segments, 'segments'),
    ...repeated(file.rules, 'rules'),
    ...repeated(file.servers, 'servers'),
    ...file.segments.flatMap((segment, index) => segmentMistakes(segment, `segments[${index}]`, file)),
    ...memberMistakes(file.segments),
    ...alarmMistakes(file),
    ...leaseMistakes(file),
    ...agentMistakes(file)
  ]
}

function storeMistakes({ store }: ConfigFile): string[] {
  try {
    if (pathOfStore(store.url) !== undefined || addressOf(store.url) !== undefined) return []
    return [`store.url: must be like file:switchover.db or ${addressShapes}`]
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.mistakes.map(mistake => `store.url: ${mistake}`)
  }
}

/** Between two renewals so little is left of a shorter one that no token can be made under it. */
const enforcedLeaseMin = 8

function leaseMistakes({ lease }: ConfigFile): string[] {
  return lease.enforceByKeystone && lease.seconds < enforcedLeaseMin
    ? [`lease.seconds: must be at least ${enforcedLeaseMin} with enforceByKeystone`]
    : []
}

function repeated(items: readonly { readonly name: string }[], path: string): string[] {
  const names = items.map(item => item.name)
  return names.flatMap((name, index) =>
    names.indexOf(name) < index ? [`${path}[${index}].name: "${name}" is taken already`] : []
  )
}

/** The name of a token is the actor in every record, and a secret stands for one name. */
function tokenMistakes({ auth }: ConfigFile): string[] {
  const tokens = [
    ...auth.alarms.tokens.map((token, index) => ({ ...token, path: `auth.alarms.tokens[${index}]` })),
    ...auth.operators.tokens.map((token, index) => ({ ...token, path: `auth.operators.tokens[${index}]` }))
  ]
  return tokens.flatMap((token, index) => {
    const earlier = tokens.slice(0, index)
    const twin = earlier.find(({ secret }) => secret === token.secret)
    return [
      ...(earlier.some(({ name }) => name === token.name)
        ? [`${token.path}.name: "${token.name}" is taken already`]
        : []),
      ...(twin === undefined ? [] : [`${token.path}.secret: is that of ${twin.path} too; each needs its own`])
    ]
  })
}

function segmentMistakes(segment: Segment, path: string, file: ConfigFile): string[] {
  const { confirm, method, spares, storage } = segment
  const mistakes = [
    ...ladderMistakes(segment, path, file),
    ...confirmMistakes(segment, `${path}.confirm`, file.fencing)
  ]
  if (confirm.timeoutSeconds <= confirm.downSeconds)
    mistakes.push(`${path}.confirm.timeoutSeconds: must be more than downSeconds (${confirm.downSeconds})`)
  if (storage === 'local' && segment.allowLocalDiskLoss === undefined) {
    mistakes.push(
      `${path}.allowLocalDiskLoss: must be written out with storage: local; true loses local disks, false leaves such servers where they are`
    )
  }
  if (method !== 'auto' && spares.names?.length === 0)
    mistakes.push(`${path}.spares: is missing; the method ${method} needs spares`)
  return mistakes
}

/** A host that two segments protect would be recovered twice, and a spare of two would be counted twice. */
function memberMistakes(segments: readonly Segment[]): string[] {
  const owners = new Map<string, string>()
  return segments.flatMap((segment, index) => {
    const claims = [
      ...(segment.hosts.names ?? []).map((name, at) => ({ what: `host ${name}`, path: `hosts.names[${at}]` })),
      ...(segment.spares.names ?? [])
        .filter(name => !segment.hosts.names?.includes(name))
        .map((name, at) => ({ what: `host ${name}`, path: `spares.names[${at}]` })),
      ...aggregateOf(segment.hosts.aggregate, 'hosts.aggregate'),
      ...(segment.spares.aggregate === segment.hosts.aggregate
        ? []
        : aggregateOf(segment.spares.aggregate, 'spares.aggregate')),
      ...(segment.hosts.zone === undefined ? [] : [{ what: `zone ${segment.hosts.zone}`, path: 'hosts.zone' }])
    ]
    const both = (segment.spares.names ?? []).flatMap((name, at) =>
      segment.hosts.names?.includes(name) === true
        ? [`segments[${index}].spares.names[${at}]: ${name} stands in hosts.names too; it is the one or the other`]
        : []
    )
    const taken = claims.flatMap(({ what, path }) => {
      const owner = owners.get(what)
      owners.set(what, owner ?? segment.name)
      return owner === undefined || owner === segment.name
        ? []
        : [`segments[${index}].${path}: ${what} belongs to segment ${owner} already`]
    })
    return [...both, ...taken]
  })
}

function aggregateOf(name: string | undefined, path: string): { what: string; path: string }[] {
  return name === undefined ? [] : [{ what: `aggregate ${name}`, path }]
}
