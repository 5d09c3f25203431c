import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * The real service as a process of its own, from switchover.yaml and clouds.yaml in `folder`. Resolves once it answers; its log
 * is service.log beside them.
 */
export async function startService(folder: string, port: number): Promise<ChildProcess> {
  const log = openSync(join(folder, 'service.log'), 'a')
  const main = join(import.meta.dirname, '../src/main.ts')
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: join(folder, 'clouds.yaml'), NODE_ENV: 'production' }
  const child = spawn(process.execPath, [main, 'serve', '--config', join(folder, 'switchover.yaml')], {
    env,
    stdio: ['ignore', log, log]
  })
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) break
    const answer = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => undefined)
    if (answer?.ok === true) return child
    await delay(50)
  }
  child.kill('SIGKILL')
  throw new Error(`the service does not answer; its log is ${join(folder, 'service.log')}`)
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
