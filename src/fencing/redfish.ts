import { readFileSync } from 'node:fs'
import { ConfigError, FencingError, messageOf } from '../errors.ts'
import type { FenceAgent, FencingDeps } from './agent.ts'
import type { Bmc } from './redfish/bmc.ts'
import { createBmc } from './redfish/bmc.ts'
import { createBmcHttp } from './redfish/bmc-http.ts'
import type { RedfishOptions } from './redfish/options.ts'
import { originOf } from './redfish/options.ts'
import { createRedfishSession } from './redfish/session.ts'
import { powerOf, powerOffTarget } from './redfish/system.ts'

/** All requests of one power-off together last at most this many request timeouts; nothing of it is sent later. */
const timeoutsOfPowerOff = 3

/** Power by Redfish. `name` is the agent's name in the configuration. Throws ConfigError when its `ca` can't be used. */
export function createRedfish(name: string, options: RedfishOptions, deps: FencingDeps): FenceAgent {
  const timeoutMs = (options.requestTimeoutSeconds ?? 10) * 1000
  const ca = options.ca === undefined ? {} : { ca: readCa(name, options.ca, deps.readFile) }
  const bmcs = new Map<string, { readonly bmc: Bmc; readonly session: ReturnType<typeof createRedfishSession> }>()

  function bmcOf(host: string) {
    const known = bmcs.get(host)
    if (known !== undefined) return known
    const made = connect(host, originOf(options, host))
    bmcs.set(host, made)
    return made
  }

  function connect(host: string, origin: string) {
    const { fingerprint, insecure, hosts } = options
    const http = createBmcHttp(
      origin,
      { ...ca, ...(fingerprint === undefined ? {} : { fingerprint }), insecure },
      timeoutMs
    )
    const own = hosts[host]
    const credentials = { user: own?.user ?? options.user, password: own?.password ?? options.password }
    const session = createRedfishSession(http, origin, credentials, deps.clock)
    return { bmc: createBmc(host, own ?? {}, session, deps.idleMs ?? 60_000), session }
  }

  return {
    settleMs: timeoutsOfPowerOff * timeoutMs + (options.settleSeconds ?? 30) * 1000,

    async read(host, signal) {
      const { bmc } = bmcOf(host)
      const { system, identity, atMs } = await bmc.inTurn(async () => {
        const askedAtMs = deps.clock.now()
        return { ...(await bmc.look(signal)), atMs: askedAtMs }
      })
      const reading = { agent: name, method: 'redfish' as const, power: powerOf(host, system), atMs }
      return identity === undefined ? reading : { ...reading, identity }
    },

    async powerOff(host, caller) {
      // Whoever waits until a command of ours has run out counts from the call (settleMs): so one end for all of it.
      const limit = AbortSignal.timeout(timeoutsOfPowerOff * timeoutMs)
      const signal = caller === undefined ? limit : AbortSignal.any([caller, limit])
      const { bmc, session } = bmcOf(host)
      await bmc.inTurn(async () => {
        const { system } = await bmc.look(signal)
        const path = await powerOffTarget(session, host, system, signal)
        const json = { ResetType: 'ForceOff' }
        const { status } = await session.ask({ method: 'POST', path, json, signal, isCommand: true })
        deps.log.info({ agent: name, host, status }, 'power-off sent')
        if (status < 300) return
        // Some refuse to switch off what is off: the power decides.
        const isConflict = status === 400 || status === 409
        if (isConflict && powerOf(host, (await bmc.look(signal)).system) === 'off') return
        throw refusalOf(host, status)
      })
    },

    async close() {
      await Promise.all(Array.from(bmcs.values(), ({ bmc }) => bmc.close()))
      bmcs.clear()
    }
  }
}

function readCa(agent: string, path: string, readFile: FencingDeps['readFile']): string {
  let text: string
  try {
    text = readFile === undefined ? readFileSync(path, 'utf8') : readFile(path)
  } catch (error) {
    throw new ConfigError('fencing', [`fencing.${agent}.ca: ${path} can't be read: ${messageOf(error)}`])
  }
  if (/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(text)) return text
  throw new ConfigError('fencing', [`fencing.${agent}.ca: ${path} holds no certificate (PEM)`])
}

/** 500 and 503 are those of a busy BMC, which did not act; of what a proxy says nobody knows. */
function refusalOf(host: string, status: number): FencingError {
  const code = status === 500 || status === 503 ? 'unreachable' : status > 500 ? 'unknown' : 'refused'
  return new FencingError(code, `${host}: its BMC answered ${status} to ForceOff`)
}
