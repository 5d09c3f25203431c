/**
 * Runs the scenarios one after the other: all of them, or those whose letters SWITCHOVER_SCENARIOS names (a,b,k), or files of chaos/ and
 * judgement/ by their names (kills,storm); on the cloud behind SWITCHOVER_LAB, or, if that is the word `emulator`, on the emulator.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startEmulator } from '../../src/emulator/start-emulator.ts'
import { likeTheLab } from './like-the-lab.ts'

const root = join(import.meta.dirname, '../..')

async function main(): Promise<number> {
  const lab = process.env.SWITCHOVER_LAB
  if (lab === 'emulator') {
    const emulator = await startEmulator({ spec: likeTheLab(6) })
    const driver = join(import.meta.dirname, 'emulated-lab.ts')
    const status = await runScenarios({ SWITCHOVER_LAB: driver, SWITCHOVER_EMULATOR: emulator.url })
    await emulator.close()
    return status
  }
  if (lab === undefined || !existsSync(lab)) {
    const found = lab === undefined ? 'it is not set' : `there is no ${lab}`
    console.error(
      'Set SWITCHOVER_LAB to the path of the command that drives a test cloud which is up (boot, host, bmc, guests …): ' +
        `${found}.`
    )
    return 1
  }
  return await runScenarios({})
}

async function runScenarios(env: Readonly<Record<string, string>>): Promise<number> {
  const names = (process.env.SWITCHOVER_SCENARIOS ?? '').split(',').filter(name => /^[a-z-]+$/.test(name))
  const files = names.map(name => (name.length === 1 ? `scenarios/${name}-` : `(chaos|judgement)/${name}\\.`))
  const which = files.length === 0 ? 'scenarios/[a-z]-' : `(${files.join('|')})`
  const jest = join(root, 'node_modules/jest/bin/jest.js')
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const words = [jest, '--runInBand', '--verbose', ...process.argv.slice(2), `test/e2e/${which}`]
  const child = spawn(process.execPath, [...flags, ...words], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env, SWITCHOVER_LAB_SCENARIOS: which }
  })
  const [status] = (await once(child, 'exit')) as [number | null]
  return status ?? 1
}

process.exitCode = await main()
