/** What takes longer than `npm test` may: all of it that can run, or what is named. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { plays } from './plays.ts'

interface Soak {
  readonly what: string
  /** For Node. */
  readonly words: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Why it cannot run here; undefined if it can. */
  readonly lacking?: () => string | undefined
}

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js']

const soaks: Readonly<Record<string, Soak>> = {
  crashes: {
    what: 'the plain recovery with a crash before and after every single call',
    words: [...jest, 'test/simulation/crashes'],
    env: { CRASHES: 'all' }
  },
  seeds: {
    what: 'five thousand random scenarios, other ones than those of npm test',
    words: ['test/simulation/simulate-seeds.ts', '--seeds', '5000', '--from', '100001']
  },
  mutants: {
    what: 'each planted bug must be caught by random scenarios alone',
    words: ['test/simulation/mutants/run-mutants.ts']
  },
  contract: {
    what: 'the emulator against a real OpenStack: every case, and where they differ',
    words: ['test/contract/run.ts'],
    lacking: () => (process.env.SWITCHOVER_LAB === undefined ? 'SWITCHOVER_LAB names no test cloud' : undefined)
  }
}

/** Those that play the real service on an emulated cloud come first. */
const all: Readonly<Record<string, Soak>> = {
  ...Object.fromEntries(
    Object.entries(plays).map(([name, { what }]) => [name, { what, words: ['test/soak/play.ts', name] }])
  ),
  ...soaks
}

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false } }
})

function main(): number {
  if (options.list) {
    for (const [name, { what }] of Object.entries(all)) console.log(`${name.padEnd(13)} ${what}`)
    return 0
  }
  const unknown = names.filter(name => !(name in all))
  if (unknown.length > 0) {
    console.error(`There is no soak ${unknown.join(', ')}, only ${Object.keys(all).join(', ')}.`)
    return 1
  }
  const ends = (names.length > 0 ? names : Object.keys(all)).map(run)
  const count = (end: string) => ends.filter(one => one === end).length
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
  // Who asks for one by its name wants it run.
  return count('failed') > 0 || (names.length > 0 && count('skipped') > 0) ? 1 : 0
}

function run(name: string): 'passed' | 'failed' | 'skipped' {
  const { words, env, lacking } = all[name]!
  const because = lacking?.()
  if (because !== undefined) {
    console.log(`== ${name}: skipped, for ${because}`)
    return 'skipped'
  }
  const begunMs = Date.now()
  console.log(`== ${name}`)
  const { status } = spawnSync(process.execPath, words, {
    cwd: join(import.meta.dirname, '../..'),
    stdio: 'inherit',
    env: { ...process.env, ...env }
  })
  const end = status === 0 ? 'passed' : 'failed'
  console.log(`-- ${name}: ${end} after ${Math.round((Date.now() - begunMs) / 1000)} s`)
  return end
}

process.exitCode = main()
