import type { ServiceChange } from '../../model/nova-services.ts'
import { Refusal } from '../../model/refusal.ts'
import { pythonRepr } from './python-repr.ts'

const yes = ['True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes', 'y', 't']
const no = ['False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no', 'n', 'f']

/** What a PUT of a service may hold. Throws Nova's 400. */
export function serviceChangeOf(body: Readonly<Record<string, unknown>>): ServiceChange {
  const [unknown] = Object.keys(body).filter(key => !['status', 'disabled_reason', 'forced_down'].includes(key))
  if (unknown !== undefined)
    throw new Refusal(400, `Additional properties are not allowed ('${unknown}' was unexpected)`)
  const { status, disabled_reason: reason } = body
  if (status !== undefined && status !== 'enabled' && status !== 'disabled') {
    throw invalid('status', status, ['enabled', 'disabled'])
  }
  const forcedDown = body.forced_down === undefined ? undefined : flagOf(body.forced_down)
  if (status === undefined && forcedDown === undefined) {
    throw new Refusal(400, "No updates were requested. Fields 'status' or 'forced_down' should be specified.")
  }
  if (status === 'enabled' && reason !== undefined) {
    throw new Refusal(400, "Specifying 'disabled_reason' with status 'enabled' is invalid.")
  }
  return {
    ...(status === undefined ? {} : { status }),
    ...(typeof reason === 'string' ? { disabledReason: reason } : {}),
    ...(forcedDown === undefined ? {} : { forcedDown })
  }
}

/** Nova takes many words for a boolean. */
function flagOf(value: unknown): boolean {
  if (value === true || yes.includes(String(value))) return true
  if (value === false || no.includes(String(value))) return false
  throw invalid('forced_down', value, [true, ...yes, false, ...no])
}

function invalid(field: string, value: unknown, allowed: readonly unknown[]): Refusal {
  const shown = typeof value === 'string' ? value : pythonRepr(value)
  const why = `${pythonRepr(value)} is not one of ${pythonRepr(allowed)}`
  return new Refusal(400, `Invalid input for field/attribute ${field}. Value: ${shown}. ${why}`)
}
