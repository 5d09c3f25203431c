import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { messageOf } from './errors.ts'

export interface Program {
  readonly file: string
  readonly args: readonly string[]
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** How a program ended. Whatever it wrote to stderr is for people. */
export type Ran =
  | { readonly ended: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** Killed with its process group: too slow, given up by the caller, or too talkative. */
  | { readonly ended: 'killed'; readonly why: string; readonly stderr: string }
  /** It never ran. */
  | { readonly ended: 'unstarted'; readonly why: string; readonly isMissing: boolean }

/** Where programs are looked up that are named without a path: the same for everybody, however the service was started. */
export const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export const outputMax = 64 * 1024
const errorsMax = 4 * 1024
const headMax = 256

/** Runs a program without a shell, in a process group of its own, with nothing on its stdin. Never throws. */
export async function runProgram({ file, args, env, timeoutMs, signal }: Program): Promise<Ran> {
  if (signal?.aborted === true) return { ended: 'unstarted', why: 'given up', isMissing: false }
  let child: ChildProcess
  try {
    child = spawn(file, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: '/' })
  } catch (error) {
    return { ended: 'unstarted', why: messageOf(error), isMissing: false }
  }
  const { promise, resolve } = Promise.withResolvers<Ran>()
  const stdout: Buffer[] = []
  let stderr = ''
  let length = 0
  let killed: string | undefined
  const kill = (why: string): void => {
    killed ??= why
    killGroup(child)
    // What it started may have left the group and still hold the pipes: nobody waits for that.
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
  const timer = setTimeout(() => kill(`no end within ${timeoutMs} ms`), timeoutMs)
  const giveUp = (): void => kill('given up')
  signal?.addEventListener('abort', giveUp, { once: true })
  child.stdout?.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > outputMax) kill(`more than ${outputMax} bytes of output`)
    else stdout.push(chunk)
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-errorsMax)
  })
  child.once('error', (error: NodeJS.ErrnoException) => {
    resolve({
      ended: 'unstarted',
      why: whyUnstarted(file, error),
      isMissing: error.code === 'ENOENT' || error.code === 'EACCES'
    })
  })
  child.once('close', (code, by) => {
    const why = killed ?? (code === null ? `ended by ${by}` : undefined)
    if (why === undefined)
      resolve({ ended: 'exited', code: code ?? 1, stdout: Buffer.concat(stdout).toString('utf8'), stderr })
    else resolve({ ended: 'killed', why, stderr })
  })
  const ran = await promise
  clearTimeout(timer)
  signal?.removeEventListener('abort', giveUp)
  return ran
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** Why a program could not be started, by the system's error and what its file looks like. */
function whyUnstarted(file: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EACCES') return `${file} may not be run by us: chmod +x it, and let us into its folder`
  if (code !== 'ENOENT' || !file.startsWith('/')) return message
  const head = headOf(file)
  if (head === undefined) return `there is no ${file}`
  const [line = ''] = head.split('\n', 1)
  const interpreter = /^#!\s*([^\s]+)/.exec(line)?.[1]
  if (line.endsWith('\r'))
    return `${file} ends its lines with CR LF, so its interpreter is not found: write them with LF alone`
  return interpreter === undefined ? message : `${file} names the interpreter ${interpreter}, which is not there`
}

/** undefined: it can't be read. */
function headOf(file: string): string | undefined {
  let fd: number | undefined
  try {
    fd = openSync(file, 'r')
    const head = Buffer.alloc(headMax)
    return head.toString('utf8', 0, readSync(fd, head, 0, headMax, 0))
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
