import type { Probe } from '../controller/ports/ports.ts'
import { runProgram, usualPath } from '../run-program.ts'

/** Two, for one may be lost; half a second apart, which everybody may ask for. */
const echoes = ['-n', '-q', '-c', '2', '-i', '0.5']

/** Once the program has waited as long as it was told to, it has to say so. */
const spareMs = 1000

/**
 * Sends ICMP by the system's `ping`, so that we need no raw socket. Its exit status says: 0 somebody answered, 1 nobody did,
 * anything else that it could not ask (no route of ours, no such name, no right to send).
 */
export async function ping(
  program: string,
  address: string,
  timeoutMs: number,
  signal?: AbortSignal
): ReturnType<Probe['ask']> {
  if (address.startsWith('-')) return { says: 'unknown', detail: `${address} is no address` }
  const seconds = Math.max(1, Math.floor(timeoutMs / 1000))
  const ran = await runProgram({
    file: program,
    args: [...echoes, '-W', String(seconds), '--', address],
    env: { PATH: usualPath, LC_ALL: 'C' },
    timeoutMs: 500 + seconds * 1000 + spareMs,
    signal
  })
  if (ran.ended !== 'exited') return { says: 'unknown', detail: `${address}: ${ran.why}` }
  switch (ran.code) {
    case 0:
      return { says: 'alive', detail: `${address}: answered an echo` }
    case 1:
      return { says: 'silent', detail: `${address}: no echo within ${seconds} s` }
    default:
      return { says: 'unknown', detail: `${address}: ping could not ask (exit status ${ran.code})` }
  }
}
