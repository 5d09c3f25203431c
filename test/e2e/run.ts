/** Runs the scenarios one after the other: all of them, or those whose letters SWITCHOVER_SCENARIOS names (a,b,k). */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

function main(): number {
  const lab = process.env.SWITCHOVER_LAB
  if (lab === undefined || !existsSync(lab)) {
    const found = lab === undefined ? 'it is not set' : `there is no ${lab}`
    console.error(
      'Set SWITCHOVER_LAB to the path of the command that drives a test cloud which is up (boot, host, bmc, guests …): ' +
        `${found}.`
    )
    return 1
  }
  const letters = (process.env.SWITCHOVER_SCENARIOS ?? '').split(',').filter(letter => /^[a-z]$/.test(letter))
  const which = letters.length === 0 ? '[a-z]' : `(${letters.join('|')})`
  const jest = join(root, 'node_modules/jest/bin/jest.js')
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const words = [jest, '--runInBand', '--verbose', ...process.argv.slice(2), `test/e2e/scenarios/${which}-`]
  const { status } = spawnSync(process.execPath, [...flags, ...words], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, SWITCHOVER_LAB_SCENARIOS: which }
  })
  return status ?? 1
}

process.exitCode = main()
