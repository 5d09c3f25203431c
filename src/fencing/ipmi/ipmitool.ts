import { fileURLToPath } from 'node:url'
import { FencingError } from '../../errors.ts'
import { type Ran, runProgram } from '../../run-program.ts'
import type { IpmiOptions } from './options.ts'
import { placeOf } from './options.ts'

/** In one session, so that both answers are of the same machine: its GUID, then its power. */
const lookFile = fileURLToPath(new URL('look.ipmitool', import.meta.url))

export type Verb = 'look' | 'off'
export type Answer = Extract<Ran, { ended: 'exited' }>

/** One call of ipmitool. The password goes through its environment, which only this user can read: never in its arguments. */
export async function ipmitool(
  options: IpmiOptions,
  host: string,
  verb: Verb,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal | undefined }
): Promise<Answer> {
  const { name, port } = placeOf(options, host)
  const own = options.hosts[host]
  const timeoutMs = options.requestTimeoutSeconds * 1000
  const ran = await runProgram({
    file: options.program,
    args: [
      // -v: without it a wrong password and a BMC that is away say the same.
      ...['-v', '-I', 'lanplus', '-H', name, '-p', port, '-U', own?.user ?? options.user, '-E'],
      ...['-L', options.privilege, '-C', String(options.cipherSuite), '-N', '2', '-R', '3'],
      ...(verb === 'look' ? ['exec', lookFile] : ['chassis', 'power', 'off'])
    ],
    env: { PATH: path, LC_ALL: 'C', HOME: '/', IPMI_PASSWORD: own?.password ?? options.password },
    timeoutMs,
    signal
  })
  if (ran.ended === 'exited') return ran
  if (ran.ended === 'killed') {
    // The command may have left before that.
    throw new FencingError(verb === 'off' ? 'unknown' : 'unreachable', `${host}: ipmitool to ${name}: ${ran.why}`)
  }
  throw new FencingError(
    ran.isMissing ? 'refused' : 'unreachable',
    ran.isMissing
      ? `${options.program} can't be run (${ran.why}): install ipmitool where Switchover runs, or configure its path as program`
      : `${host}: ipmitool: ${ran.why}`
  )
}

/** Why no session came about or a command failed, by what ipmitool said. The order matters: the last lines are general. */
const causes: readonly (readonly [RegExp, 'refused' | 'unreachable', string])[] = [
  [/RAKP 2 HMAC is invalid|incorrect password/i, 'refused', 'refuses the password'],
  [/unauthorized name|invalid user name/i, 'refused', 'knows no such user'],
  [
    /Set Session Privilege Level to \w+ failed|insufficient privilege for|requested role|unauthorized role/i,
    'refused',
    'does not give the user this privilege'
  ],
  [
    /invalid authentication algorithm|no matching cipher suite|invalid integrity algorithm|invalid confidentiality algorithm|Unsupported cipher suite/i,
    'refused',
    'does not know this cipher suite: configure cipherSuite'
  ],
  [/Address lookup for/i, 'unreachable', 'has a name that is not known'],
  [/insufficient resources|node busy|out of space|initialization/i, 'unreachable', 'is busy'],
  [/Unable to establish|Get Auth Capabilities error/i, 'unreachable', 'does not answer']
]

/** What a failed call means. `refused`: trying again will not help, and may lock the account. */
export function failureOf(host: string, verb: Verb, { stderr, code }: Answer): FencingError {
  const cause = causes.find(([said]) => said.test(stderr))
  if (cause !== undefined) return new FencingError(cause[1], `${host}: its BMC ${cause[2]}`)
  const last = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
  // What the BMC answers to the command itself is told in these words; anything else may have come after it was taken.
  const isAnswer = verb === 'look' || /Set Chassis Power Control to \S+ failed/.test(stderr)
  return new FencingError(isAnswer ? 'unreachable' : 'unknown', `${host}: ipmitool ended with ${code}: ${last}`)
}
