import type { PowerReading } from '../../core/recovery.ts'
import { FencingError } from '../../errors.ts'
import type { Json } from './bmc-http.ts'
import { isJson } from './bmc-http.ts'
import type { RedfishSession } from './session.ts'

/** What is configured of the machine that a BMC must turn out to be. */
export interface Machine {
  /** Path of its system resource, or the last part of it. */
  readonly system?: string
  readonly uuid?: string
  readonly serial?: string
}

const systems = '/redfish/v1/Systems'

/** The path of the machine's system: as configured, or the only one that the BMC has. */
export async function findSystem(session: RedfishSession, machine: Machine, signal?: AbortSignal): Promise<string> {
  const { system } = machine
  if (system !== undefined) return system.startsWith('/') ? system : `${systems}/${encodeURIComponent(system)}`
  const reply = await session.ask({ method: 'GET', path: systems, signal })
  const members = reply.body?.Members
  if (reply.status !== 200 || !Array.isArray(members)) {
    throw new FencingError(
      'unreachable',
      `the BMC answered ${reply.status} to GET ${systems}, without a list of systems`
    )
  }
  const links = members.map(member => (isJson(member) ? member['@odata.id'] : undefined))
  const [only] = links
  if (links.length === 1 && typeof only === 'string') return only
  throw new FencingError(
    'identity',
    `the BMC has ${links.length} systems (${links.join(', ')}): configure the host's \`system\``
  )
}

/**
 * The system's UUID or serial number, after those that are configured were found equal. Throws FencingError `identity`
 * when one differs or is not told. undefined when the BMC tells neither and none is asked for.
 */
export function checkIdentity(host: string, machine: Machine, system: Json): string | undefined {
  const uuid = textOf(system.UUID)
  const serial = textOf(system.SerialNumber)
  if (machine.uuid !== undefined && plain(machine.uuid) !== plain(uuid ?? '')) {
    throw new FencingError('identity', `${host}: its BMC is that of UUID ${uuid ?? 'unknown'}, not ${machine.uuid}`)
  }
  if (machine.serial !== undefined && machine.serial.trim() !== serial) {
    throw new FencingError(
      'identity',
      `${host}: its BMC is that of serial number ${serial ?? 'unknown'}, not ${machine.serial}`
    )
  }
  return machine.uuid === undefined && machine.serial !== undefined ? serial : (uuid ?? serial)
}

/** Only `Off` is off; whatever is neither that nor on is on its way. */
export function powerOf(host: string, system: Json): PowerReading['power'] {
  const state = system.PowerState
  if (typeof state !== 'string') throw new FencingError('unreachable', `${host}: its BMC tells no PowerState`)
  if (state === 'Off') return 'off'
  return state === 'On' || state === 'Paused' ? 'on' : 'changing'
}

/** Where to POST ForceOff. Throws FencingError `refused` when the BMC does not offer it. */
export async function powerOffTarget(
  session: RedfishSession,
  host: string,
  system: Json,
  signal?: AbortSignal
): Promise<string> {
  const action = isJson(system.Actions) ? system.Actions['#ComputerSystem.Reset'] : undefined
  if (!isJson(action) || typeof action.target !== 'string') {
    throw new FencingError('refused', `${host}: its BMC offers no ComputerSystem.Reset`)
  }
  const types = action['ResetType@Redfish.AllowableValues'] ?? (await listedTypes(session, action, signal))
  if (Array.isArray(types) && !types.includes('ForceOff')) {
    throw new FencingError('refused', `${host}: its BMC offers ${types.join(', ')}, but not ForceOff`)
  }
  return action.target
}

/** The reset types of the ActionInfo resource; undefined when there is no such list. */
async function listedTypes(session: RedfishSession, action: Json, signal?: AbortSignal): Promise<unknown> {
  const link = action['@Redfish.ActionInfo']
  if (typeof link !== 'string') return undefined
  const { body } = await session.ask({ method: 'GET', path: link, signal })
  if (!Array.isArray(body?.Parameters)) return undefined
  const parameter: unknown = body.Parameters.find(item => isJson(item) && item.Name === 'ResetType')
  return isJson(parameter) ? parameter.AllowableValues : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function plain(uuid: string): string {
  return uuid.replaceAll(/[^0-9a-f]/gi, '').toLowerCase()
}
