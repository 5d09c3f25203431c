import type { PowerReading } from '../core/recovery.ts'
import { FencingError } from '../errors.ts'
import type { FenceAgent, FencingDeps } from './agent.ts'
import { createTurns } from './in-turn.ts'
import { bytesIn, identityFrom, readingsOf } from './ipmi/guid.ts'
import { type Answer, failureOf, ipmitool } from './ipmi/ipmitool.ts'
import type { IpmiOptions } from './ipmi/options.ts'

/** A refused password is not sent again for so long, or the BMC locks the account. */
const restMs = 30_000
/** A look and the command. */
const callsOfPowerOff = 2

/** Power by IPMI 2.0 (lanplus), through ipmitool. `name` is the agent's name in the configuration. */
export function createIpmi(name: string, options: IpmiOptions, { clock, log, path }: FencingDeps): FenceAgent {
  const inTurn = createTurns()
  const restsUntilMs = new Map<string, number>()
  const timeoutMs = options.requestTimeoutSeconds * 1000

  async function call(host: string, verb: 'look' | 'off', signal: AbortSignal | undefined): Promise<Answer> {
    if (clock.now() < (restsUntilMs.get(host) ?? 0)) {
      throw new FencingError(
        'refused',
        `${host}: its BMC refused the login; it is asked again after ${restMs / 1000} s`
      )
    }
    const answer = await ipmitool(options, host, verb, { path, signal })
    if (hasPower(answer) || (verb === 'off' && answer.code === 0)) return answer
    const failure = failureOf(host, verb, answer)
    if (failure.code === 'refused') restsUntilMs.set(host, clock.now() + restMs)
    throw failure
  }

  async function look(host: string, signal: AbortSignal | undefined): Promise<Omit<PowerReading, 'agent' | 'method'>> {
    const atMs = clock.now()
    const answer = await call(host, 'look', signal)
    const { stdout } = answer
    const identity = checkGuid(host, options.hosts[host]?.uuid, answer)
    const power = /^Chassis Power is on\s*$/m.test(stdout) ? ('on' as const) : ('off' as const)
    return { power, atMs, ...(identity === undefined ? {} : { identity }) }
  }

  return {
    settleMs: callsOfPowerOff * timeoutMs + options.settleSeconds * 1000,

    read: async (host, signal) =>
      await inTurn(host, async () => ({ agent: name, method: 'ipmi' as const, ...(await look(host, signal)) })),

    async powerOff(host, caller) {
      // Whoever waits until a command of ours has run out counts from the call (settleMs): so one end for all of it.
      const limit = AbortSignal.timeout(callsOfPowerOff * timeoutMs)
      const signal = caller === undefined ? limit : AbortSignal.any([caller, limit])
      await inTurn(host, async () => {
        const { power } = await look(host, signal)
        if (power === 'off') return
        await call(host, 'off', signal)
        log.info({ agent: name, host }, 'power-off sent')
      })
    },

    async close() {}
  }
}

/** Exactly one of the two words: an answer that holds neither, or both, says nothing. */
function hasPower({ stdout }: Answer): boolean {
  const words = stdout.match(/^Chassis Power is (on|off)\s*$/gm) ?? []
  return words.length === 1
}

/** The machine's GUID, after it was found to be the configured one. Throws FencingError `identity`. */
function checkGuid(host: string, wanted: string | undefined, { stdout, stderr }: Answer): string | undefined {
  const bytes = bytesIn(stdout)
  const identity = bytes === undefined ? undefined : identityFrom(bytes, wanted)
  if (wanted === undefined || identity !== undefined) return identity
  // A BMC that was busy may tell it the next time; one that does not know the question never will.
  if (bytes === undefined && /cmd=0x37/.test(stderr) && !/cmd=0x37 rsp=0xc1/.test(stderr))
    throw new FencingError('unreachable', `${host}: its BMC did not tell its GUID`)
  const told = bytes === undefined ? 'tells no GUID' : `is that of UUID ${readingsOf(bytes).join(' or ')}`
  throw new FencingError('identity', `${host}: its BMC ${told}, not ${wanted}`)
}
