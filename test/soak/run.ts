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

/** On the cloud of SWITCHOVER_LAB; without it on an OpenStack in memory, which has no message queue to lose anything in. */
const chaos: Readonly<Record<string, readonly [scenario: string, what: string]>> = {
  kills: ['kills', 'SIGKILL at random moments, at least twenty in one recovery of thirty servers'],
  replica: ['p', 'the replica that works is killed, twice'],
  pause: ['q', 'the replica that works stands still past its lease, and goes on'],
  late: ['r', 'an evacuation arrives when another replica has taken over'],
  token: ['w', 'the same, with tokens that end with the lease'],
  volume: ['volume', 'moves with volumes outlast the lease of their evacuation (a cloud with Cinder)'],
  rabbitmq: ['restart-rabbitmq', 'RabbitMQ is restarted during a recovery, twice'],
  mariadb: ['restart-mariadb', "the cloud's MariaDB is restarted during a recovery, twice"],
  keystone: ['restart-keystone', 'Keystone is restarted during a recovery, twice'],
  'nova-api': ['restart-nova-api', 'nova-api is restarted during a recovery, twice'],
  placement: ['restart-placement', 'Placement is restarted during a recovery, twice'],
  proxy: ['proxy', 'answers are lost after the deed (10 %), requests refused (5 %) or late (2 %)'],
  target: ['k', "the target's host dies half-way"],
  source: ['l', 'the failed host is switched on by hand in the middle'],
  galera: ['s', "nodes of the store's Galera are killed, to less than a quorum"],
  silence: ['t', "the store's database gives no answer at all"],
  clocks: ['u', 'the clocks of replicas, their database and Nova are minutes apart'],
  backup: ['v', 'a backup from the middle of a recovery is restored when the host works again']
}

/** Those that play the real service on an emulated cloud come first. */
const all: Readonly<Record<string, Soak>> = {
  ...Object.fromEntries(
    Object.entries(plays).map(([name, { what }]) => [name, { what, words: ['test/soak/play.ts', name] }])
  ),
  ...soaks,
  ...Object.fromEntries(
    Object.entries(chaos).map(([name, [scenario, what]]) => [
      `chaos-${name}`,
      {
        what,
        words: ['test/e2e/run.ts'],
        env: { SWITCHOVER_SCENARIOS: scenario, SWITCHOVER_LAB: process.env.SWITCHOVER_LAB ?? 'emulator' }
      }
    ])
  )
}

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } }
})

function main(): number {
  if (options.help) {
    console.log('npm run soak [-- NAME …]: all, or those that are named; --list: each by its name')
    return 0
  }
  if (options.list) {
    for (const [name, { what }] of Object.entries(all)) console.log(`${name.padEnd(16)} ${what}`)
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
