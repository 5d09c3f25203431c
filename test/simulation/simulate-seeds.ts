import { parseArgs } from 'node:util'
import type { Meetings } from './random/fault-table.ts'
import { meet, tableText } from './random/fault-table.ts'
import { runSeed } from './random/run-seed.ts'
import { saveScenario } from './random/save-scenario.ts'
import { shrink } from './random/shrink.ts'

/** `npm run simulate -- --seeds N --from S`: random scenarios, a seed each; the exit status is 1 when a law was broken. */
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    'until-finding': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false }
  }
})

const say = (line: string): void => {
  if (!options.json) console.log(line)
}

const from = Number(options.from)
const count = Number(options.seeds)
const startedMs = performance.now()
const meetings: Meetings = new Map()
const findings: { seed: number; law: string; sentence: string }[] = []
let done = 0
for (let seed = from; seed < from + count; seed++) {
  const { breaches, run, scenario } = await runSeed(seed)
  done++
  for (const [row, cells] of run?.meetings ?? []) for (const [state, times] of cells) meet(meetings, row, state, times)
  for (const { law, sentence, seconds } of breaches) {
    findings.push({ seed, law, sentence })
    say(`seed ${seed}: ${law}: ${sentence} (at ${seconds} s)`)
  }
  if (options.log) say([JSON.stringify(scenario), ...(run?.log ?? []), JSON.stringify(run?.ends)].join('\n'))
  const [first] = breaches
  if (first !== undefined && options.save) {
    const smallest = await shrink(scenario, first)
    say(`  saved as scenarios/${await saveScenario(seed, first, smallest)}`)
  }
  if (first !== undefined && options['until-finding']) break
}
const seconds = (performance.now() - startedMs) / 1000
const { user, system } = process.cpuUsage()
const cpuSeconds = (user + system) / 1e6
const perMinute = Math.round((60 * done) / seconds)
say(
  `${done} seeds in ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of CPU), ${perMinute} a minute; ${findings.length} findings`
)
if (options.table) say(tableText(meetings))
if (options.json) {
  const [first] = findings
  console.log(
    JSON.stringify({
      seeds: done,
      seconds,
      cpuSeconds,
      perMinute,
      findings,
      ...(first !== undefined && { finding: first })
    })
  )
}
process.exitCode = findings.length > 0 ? 1 : 0
