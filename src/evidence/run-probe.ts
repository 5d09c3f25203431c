import type { Probe } from '../controller/ports/ports.ts'
import { runProgram, usualPath } from '../run-program.ts'
import { printable } from './printable.ts'

/**
 * What the exit status of an operator's own probe means. Everything else, 1 above all, with which programs say that something
 * went wrong in themselves, is `unknown`: it never speaks for a host's death.
 */
const words: Readonly<Record<number, 'alive' | 'silent'>> = { 0: 'alive', 10: 'silent' }

const detailMax = 200

/** Runs the operator's own program; `{host}` and `{address}` in its arguments are filled in. docs/safety.md has the contract. */
export async function runProbe(
  command: readonly string[],
  {
    host,
    address,
    timeoutMs,
    signal
  }: { host: string; address: string | undefined; timeoutMs: number; signal: AbortSignal | undefined }
): ReturnType<Probe['ask']> {
  if (address === undefined && command.some(argument => argument.includes('{address}')))
    return { says: 'unknown', detail: `no address of ${host} is known` }
  const [file = '', ...args] = command.map(argument =>
    argument.replaceAll('{host}', host).replaceAll('{address}', address ?? '')
  )
  const env = {
    ...{ PATH: usualPath, LC_ALL: 'C', SWITCHOVER_HOST: host },
    ...(address === undefined ? {} : { SWITCHOVER_ADDRESS: address })
  }
  const ran = await runProgram({ file, args, env, timeoutMs, signal })
  if (ran.ended !== 'exited') return { says: 'unknown', detail: ran.why }
  // Most programs complain on stderr.
  const [said = ''] = [ran.stdout, ran.stderr].map(firstLine).filter(line => line !== '')
  const says = words[ran.code] ?? 'unknown'
  return {
    says,
    detail: says === 'unknown' ? `exit status ${ran.code}${said === '' ? '' : `: ${said}`}` : said || says
  }
}

function firstLine(text: string): string {
  return printable(text.trimStart().split('\n', 1)[0] ?? '', detailMax)
}
