import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { messageOf } from '../errors.ts'

export interface CommandOptions {
  readonly timeoutMs: number
  /** All that it finds in its environment besides PATH. */
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** How it ended: by itself, with its exit code and what it wrote first, or why there is no such answer. */
export type CommandEnd = { readonly code: number; readonly output: string } | { readonly failed: string }

/** Where programs are looked up: the same for everybody, however the service was started. */
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Who writes more than this is not answering a question. */
const outputMaxBytes = 65_536

/**
 * Runs a program without a shell, as the leader of its own process group. When its time is over, or it writes without end, or
 * nobody wants to know any more, the whole group is killed. Its environment holds none of ours. Never throws.
 */
export function runCommand(argv: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  const { timeoutMs, env = {}, signal } = options
  return new Promise(resolve => {
    if (signal?.aborted === true) {
      resolve({ failed: 'not asked' })
      return
    }
    const [program = '', ...args] = argv
    const child = spawn(program, args, {
      detached: true,
      env: { PATH: path, LC_ALL: 'C', ...env },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const finish = (end: CommandEnd) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
      child.stdout.destroy()
      child.stderr.destroy()
      resolve(end)
    }
    const kill = (because: string) => {
      killGroup(child.pid)
      finish({ failed: because })
    }
    const giveUp = () => kill('given up')
    const timer = setTimeout(() => kill(`it did not end within ${timeoutMs} ms and was killed`), timeoutMs)
    signal?.addEventListener('abort', giveUp, { once: true })
    const output = collect(child, () => kill(`it wrote more than ${outputMaxBytes} bytes and was killed`))
    child.once('error', error => finish({ failed: `${program} can't be started: ${messageOf(error)}` }))
    // Not `exit`: what it wrote may still be on its way. Who leaves a child behind that holds the pipes runs out of time.
    child.once('close', (code, killedBy) => {
      finish(code === null ? { failed: `it was ended by ${killedBy}` } : { code, output: output() })
    })
  })
}

/** What it writes to its standard output; all that it writes is counted. */
function collect({ stdout, stderr }: { stdout: Readable; stderr: Readable }, tooMuch: () => void): () => string {
  const chunks: Buffer[] = []
  let bytes = 0
  for (const stream of [stdout, stderr]) {
    stream.on('data', (data: Buffer) => {
      bytes += data.length
      if (bytes > outputMaxBytes) tooMuch()
      else if (stream === stdout) chunks.push(data)
    })
  }
  return () => Buffer.concat(chunks).toString('utf8')
}

/** As long as it, or a child that it left, is there, no other process has its number. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}
