import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** One program that serves until it is stopped, as `user` if we are root: database servers refuse to be root. */
export interface ServerProcess {
  readonly child: ChildProcess
  /** What it has written so far. */
  log(): string
  /** Resolves when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const isRoot = process.getuid?.() === 0

/** Debian's packages of what is missing are an error, not a reason to pass. */
export function demand(program: string, debianPackage: string): string {
  if (!existsSync(program)) throw new Error(`${program} is missing: apt-get install ${debianPackage}`)
  return program
}

/** A folder of its own in the temporary one, which `user` may write. */
export function folderFor(user: string, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `switchover-${name}-`))
  if (isRoot) execFileSync('chown', [user, folder])
  return folder
}

/** Ends with us, however we end; only what was started here is ever ended. */
export function startProcess(
  user: string,
  folder: string,
  name: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {}
): ServerProcess {
  const logFile = join(folder, `${name}.log`)
  const log = openSync(logFile, 'a')
  // For the program alone, and as the user that it runs as.
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const child = spawn('setpriv', [...asUser(user), '--pdeathsig', 'KILL', 'env', ...pairs, ...words], {
    cwd: folder,
    stdio: ['ignore', log, log]
  })
  closeSync(log)
  return {
    child,
    log: () => readFileSync(logFile, 'utf8'),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    }
  }
}

export function runAs(user: string, folder: string, words: readonly string[]): void {
  execFileSync('setpriv', [...asUser(user), ...words], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
}

function asUser(user: string): string[] {
  return isRoot ? ['--reuid', user, '--regid', user, '--clear-groups'] : []
}

/** Asks until it is answered without an error. */
export async function untilUp(server: ServerProcess, seconds: number, ask: () => Promise<void>): Promise<void> {
  const endMs = Date.now() + seconds * 1000
  for (;;) {
    try {
      await ask()
      return
    } catch (error) {
      const hasEnded = server.child.exitCode !== null || server.child.signalCode !== null
      if (hasEnded || Date.now() > endMs)
        throw new Error(`it did not come up:\n${tail(server.log())}`, { cause: error })
      await delay(250)
    }
  }
}

function tail(text: string): string {
  return text.split('\n').slice(-25).join('\n')
}

/** Free ports in a row, below those that the system gives to clients. */
export async function freePorts(count: number): Promise<number[]> {
  for (let tries = 0; tries < 100; tries++) {
    const first = 20_000 + Math.floor(Math.random() * (12_000 - count))
    const ports = Array.from({ length: count }, (_, index) => first + index)
    const free = await Promise.all(ports.map(isFree))
    if (free.every(Boolean)) return ports
  }
  throw new Error('no free ports')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
