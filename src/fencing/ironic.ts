import type { BareMetalNode } from '../controller/ports/ports.ts'
import { nodeReason } from '../core/marks.ts'
import type { PowerReading } from '../core/recovery.ts'
import { CloudError, FencingError, type FencingErrorCode } from '../errors.ts'
import type { FenceAgent, FencingDeps } from './agent.ts'
import { createTurns } from './in-turn.ts'

export interface IronicOptions {
  readonly type: 'ironic'
  /** Whose Ironic it is, in clouds.yaml; our own cloud's. */
  readonly cloud?: string
  /** Template of the node's name. */
  readonly node: string
  readonly settleSeconds: number
  readonly hosts: Readonly<Record<string, { readonly node?: string; readonly uuid?: string }>>
}

/** A look, the maintenance and the command; each of the last two may take as long as a command to OpenStack may. */
const sendMs = 120_000

/**
 * Power by Ironic. What it tells of a node's power is a copy from its last look, and in maintenance it does not look:
 * so that is hearsay, but for the first answer after a power-off of ours is done, for which Ironic has asked the BMC.
 */
export function createIronic(name: string, options: IronicOptions, { clock, log, bareMetal }: FencingDeps): FenceAgent {
  const ironic = bareMetal(options.cloud)
  const inTurn = createTurns()
  /** Hosts whose power-off Ironic took. */
  const asked = new Set<string>()

  const identOf = (host: string): string => options.hosts[host]?.node ?? options.node.replaceAll('{host}', host)

  /** undefined when Ironic has none of its name. Throws where that is another one than the configured. */
  async function findNode(host: string, signal: AbortSignal | undefined): Promise<BareMetalNode | undefined> {
    const own = options.hosts[host]?.uuid
    const ident = identOf(host)
    const node = await ironic.node(ident, signal).catch(translate)
    if (node !== undefined && own !== undefined && plain(own) !== plain(node.uuid))
      throw new FencingError('identity', `${host}: node ${ident} of Ironic is ${node.uuid}, not ${own}`)
    return node
  }

  async function nodeOf(host: string, signal: AbortSignal | undefined): Promise<BareMetalNode> {
    const node = await findNode(host, signal)
    if (node !== undefined) return node
    throw new FencingError('identity', `${host}: Ironic has no node ${identOf(host)}, or does not show it to our user`)
  }

  /** A power-off of ours is over; its lock was held since before it was taken, so an earlier state is not mistaken for its end. */
  function isDone(host: string, node: BareMetalNode): boolean {
    if (!asked.has(host) || node.isChanging || node.isReserved) return false
    asked.delete(host)
    // Ironic wipes the error when it takes a power-off. With one its record of the power is as old as it was: its BMC was not reached.
    if (node.power === 'power off' && node.lastError === undefined) return true
    const why = node.lastError?.slice(0, 300) ?? 'without an error'
    throw new FencingError('unreachable', `${host}: Ironic did not power it off: ${why}`)
  }

  /** Else Ironic may switch it on again. What others have in maintenance stays as they left it. */
  async function maintain({ uuid, maintenance }: BareMetalNode, signal: AbortSignal | undefined): Promise<void> {
    if (!maintenance) await ironic.setMaintenance(uuid, nodeReason, signal).catch(translate)
  }

  return {
    settleMs: sendMs + options.settleSeconds * 1000,

    async read(host, signal) {
      return await inTurn(host, async () => {
        const atMs = clock.now()
        const node = await nodeOf(host, signal)
        const reading = { agent: name, method: 'ironic' as const, atMs, identity: node.uuid }
        if (isDone(host, node)) return { ...reading, power: 'off' as const }
        const power = powerOf(host, node)
        return power === 'changing' ? { ...reading, power } : { ...reading, power, isHearsay: true as const }
      })
    },

    async powerOff(host, signal) {
      await inTurn(host, async () => {
        const node = await nodeOf(host, signal)
        await maintain(node, signal)
        await ironic.powerOff(node.uuid, signal).catch(translate)
        asked.add(host)
        log.info({ agent: name, host, node: node.uuid }, 'power-off sent')
      })
    },

    async maintenanceOf(host, signal) {
      const node = await findNode(host, signal)
      if (node === undefined) return 'not applicable'
      const { maintenance, maintenanceReason: reason } = node
      const byIronic = isOfIronic(node) ? ({ isOfIronic: true } as const) : {}
      return { maintenance, ...(reason === undefined ? {} : { reason }), ...byIronic }
    },

    async leaveAlone(host, signal) {
      const node = await findNode(host, signal)
      if (node !== undefined) await maintain(node, signal)
    },

    async close() {}
  }
}

function powerOf(host: string, node: BareMetalNode): PowerReading['power'] {
  if (node.isChanging) return 'changing'
  if (node.power === 'power on') return 'on'
  if (node.power === 'power off') return 'off'
  throw new FencingError('unreachable', `${host}: Ironic does not know the power of its node`)
}

/** Whoever maintains a node with a fault writes a reason of his own. */
function isOfIronic({ fault, maintenanceReason: reason }: BareMetalNode): boolean {
  return fault === 'power failure' && reason?.startsWith('During sync_power_state') === true
}

/** Ironic's answers, as a BMC's: a lock that another holds, or no conductor, may be gone the next time. */
const codes: Readonly<Record<CloudError['code'], FencingErrorCode>> = {
  unreachable: 'unreachable',
  unknown: 'unknown',
  unauthorized: 'refused',
  forbidden: 'refused',
  'not-found': 'unreachable',
  conflict: 'unreachable',
  refused: 'refused',
  unsupported: 'refused'
}

function translate(error: unknown): never {
  if (error instanceof CloudError) throw new FencingError(codes[error.code], error.message)
  throw error
}

function plain(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase()
}
