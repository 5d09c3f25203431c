/**
 * The store on real database servers: PostgreSQL, and three nodes of MariaDB Galera, started on this machine and stopped again.
 * Words after it go to jest: `npm run test:databases -- galera`. Debian's packages that are missing are named, and as root
 * `--install` fetches them, without starting what they bring.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const packages = ['mariadb-server', 'galera-4', 'rsync', 'postgresql', 'openssl', 'faketime']
/** A package's script asks it whether a service may be started (Debian policy, invoke-rc.d). */
const policy = '/usr/sbin/policy-rc.d'

function missing(): string[] {
  return packages.filter(name => {
    try {
      const status = execFileSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { stdio: 'pipe' })
      return status.toString() !== 'installed'
    } catch {
      return true
    }
  })
}

function install(names: readonly string[]): void {
  const mayStart = !existsSync(policy)
  if (mayStart) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    const apt = ['apt-get', '-y', '-qq', '--no-install-recommends']
    for (const words of [['update'], ['install', ...names]]) {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      execFileSync(apt[0]!, [...apt.slice(1), ...words], { stdio: ['ignore', 'ignore', 'inherit'], env })
    }
  } finally {
    if (mayStart) rmSync(policy)
  }
}

async function main(words: readonly string[]): Promise<number> {
  const absent = missing()
  if (absent.length > 0 && words.includes('--install')) install(absent)
  else if (absent.length > 0) {
    console.error(`Missing: apt-get install ${absent.join(' ')} (or, as root: npm run test:databases -- --install)`)
    return 1
  }
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const jest = [join(root, 'node_modules/jest/bin/jest.js'), '--runInBand', '--verbose']
  const which = words.filter(word => word !== '--install').map(word => `test/databases/.*${word}`)
  const child = spawn(process.execPath, [...flags, ...jest, ...(which.length > 0 ? which : ['test/databases/'])], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, SWITCHOVER_DATABASES: 'yes' }
  })
  const [status] = (await once(child, 'exit')) as [number | null]
  return status ?? 1
}

process.exitCode = await main(process.argv.slice(2))
