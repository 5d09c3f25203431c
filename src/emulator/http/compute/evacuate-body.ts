import type { EvacuationRequest } from '../../model/evacuations.ts'
import { Refusal } from '../../model/refusal.ts'
import { pythonRepr } from './python-repr.ts'

/** What `evacuate` may hold at 2.N. Throws Nova's 400. */
export function evacuationOf(body: unknown, minor: number): EvacuationRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid(body, `${pythonRepr(body)} is not of type 'object'`)
  }
  const allowed = [
    'host',
    'adminPass',
    ...(minor < 14 ? ['onSharedStorage'] : minor >= 29 && minor < 68 ? ['force'] : [])
  ]
  const unknown = Object.keys(body).filter(key => !allowed.includes(key))
  if (unknown.length > 0) {
    const names = unknown.map(pythonRepr).join(', ')
    const verb = unknown.length === 1 ? 'was' : 'were'
    throw invalid(body, `Additional properties are not allowed (${names} ${verb} unexpected)`)
  }
  const { host, force, onSharedStorage } = body as { host?: unknown; force?: unknown; onSharedStorage?: unknown }
  if (minor < 14 && onSharedStorage === undefined) throw invalid(body, "'onSharedStorage' is a required property")
  if (host !== undefined && host !== null && typeof host !== 'string') {
    throw new Refusal(
      400,
      `Invalid input for field/attribute host. Value: ${pythonRepr(host)}. ${pythonRepr(host)} is not of type 'string'`
    )
  }
  if (host === '') throw new Refusal(400, "Invalid input for field/attribute host. Value: . '' is too short")
  if (force === true && typeof host !== 'string') throw new Refusal(400, "Can't force to a non-provided destination")
  return {
    ...(typeof host === 'string' ? { target: host } : {}),
    stops: minor >= 95,
    skipsScheduler: typeof host === 'string' && (minor < 29 || force === true)
  }
}

function invalid(body: unknown, why: string): Refusal {
  return new Refusal(400, `Invalid input for field/attribute evacuate. Value: ${pythonRepr(body)}. ${why}`)
}
