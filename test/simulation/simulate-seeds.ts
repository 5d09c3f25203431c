import { parseArgs } from 'node:util'
import type { Cell, Meetings } from './random/fault-table.ts'
import { emptyCells, meet, tableText } from './random/fault-table.ts'
import { tries } from './random/focus.ts'
import { runSeed } from './random/run-seed.ts'
import { saveScenario } from './random/save-scenario.ts'
import { shrink } from './random/shrink.ts'

/**
 * `npm run simulate -- --seeds N --from S`: random scenarios, a seed each. The exit status is 1 when a law was broken, or
 * with `--full-table` when a fault never met a state that it could meet.
 */
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    'until-finding': { type: 'boolean', default: false },
    'full-table': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false }
  }
})

/** So many seeds are played twice: the same seed gives the same log. */
const twiceEvery = 20

/** A cell that so many seeds tried in vain is called empty. */
const triesMax = 60

const say = (line: string): void => {
  if (!options.json) console.log(line)
}

const from = Number(options.from)
const startedMs = performance.now()
const meetings: Meetings = new Map()
const findings: { seed: number; law: string; sentence: string }[] = []
let done = 0

/** Whether a law was broken. */
async function tryOne(seed: number): Promise<boolean> {
  const { breaches, run, scenario } = await runSeed(seed, seed % twiceEvery === 0)
  done++
  for (const [row, cells] of run?.meetings ?? []) for (const [state, times] of cells) meet(meetings, row, state, times)
  for (const { law, sentence, seconds } of breaches) {
    findings.push({ seed, law, sentence })
    say(`seed ${seed}: ${law}: ${sentence} (at ${seconds} s)`)
  }
  if (options.log) say([JSON.stringify(scenario), ...(run?.log ?? []), JSON.stringify(run?.ends)].join('\n'))
  const [first] = breaches
  if (first !== undefined && options.save)
    say(`  saved as scenarios/${await saveScenario(seed, first, await shrink(scenario, first))}`)
  return first !== undefined
}

/** What chance has left empty gets seeds of its own, those after the others that try just this. */
async function fill({ row, state }: Cell, after: number): Promise<void> {
  let left = triesMax
  for (let seed = after; left > 0 && seed < after + 100_000; seed++) {
    if (!tries(seed, row, state)) continue
    left--
    await tryOne(seed)
    if ((meetings.get(row)?.get(state) ?? 0) > 0) return
  }
}

const until = from + Number(options.seeds)
for (let seed = from; seed < until; seed++) {
  const isBad = await tryOne(seed)
  if (isBad && options['until-finding']) break
}
if (options['full-table']) for (const cell of emptyCells(meetings).empty) await fill(cell, until)

const seconds = (performance.now() - startedMs) / 1000
const { user, system } = process.cpuUsage()
const cpuSeconds = (user + system) / 1e6
const perMinute = Math.round((60 * done) / seconds)
const { empty, wronglyExplained } = emptyCells(meetings)
if (options.json) {
  const [finding] = findings
  const table = Object.fromEntries([...meetings].map(([row, cells]) => [row, Object.fromEntries(cells)]))
  const figures = { seeds: done, seconds, cpuSeconds, perMinute }
  console.log(JSON.stringify({ ...figures, findings, finding, empty, wronglyExplained, table }))
} else {
  console.log(`\n${tableText(meetings)}\n`)
  if (options['full-table']) for (const { row, state } of empty) console.log(`never met: ${row} × ${state}`)
  for (const { row, state } of wronglyExplained) console.log(`met, though it is called impossible: ${row} × ${state}`)
  const speed = `${done} seeds in ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of CPU), ${perMinute} a minute`
  console.log(`${speed}; ${findings.length} findings, ${empty.length} cells empty`)
}
const isTableBad = options['full-table'] && empty.length + wronglyExplained.length > 0
process.exitCode = findings.length > 0 || isTableBad ? 1 : 0
