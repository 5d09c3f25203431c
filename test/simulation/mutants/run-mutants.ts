/**
 * Plants one bug after the other in a copy of the tree, and lets random seeds find it.
 *
 *     npm run mutants -- [--only NAME] [--seeds MAX] [--jobs 2] [--list] [--json] [--write]
 *
 * The last line is `caught N of N`; the exit status is 1 when one got away.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Hunt } from './hunt.ts'
import { hunt } from './hunt.ts'
import { mutations } from './mutations.ts'
import { lastLineOf, lineOf, writeTable } from './table.ts'

const root = join(import.meta.dirname, '../../..')

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      seeds: { type: 'string', default: '3000' },
      seconds: { type: 'string', default: '1800' },
      jobs: { type: 'string', default: '2' },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false }
    }
  })
  const unknown = values.only?.find(name => !mutations.some(mutation => mutation.name === name))
  if (unknown !== undefined) throw new Error(`there is no mutation ${unknown}; --list shows them`)
  if (values.write && values.only !== undefined) throw new Error('--write is for all of them')
  const chosen = mutations.filter(({ name }) => values.only?.includes(name) ?? true)
  if (values.list) {
    for (const { name, bug } of chosen) console.log(`${name.padEnd(34)} ${bug}`)
    return 0
  }
  const folder = mkdtempSync(join(tmpdir(), 'switchover-mutants-'))
  const ending = new AbortController()
  process.once('exit', () => {
    ending.abort()
    rmSync(folder, { recursive: true, force: true })
  })
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1))
  const options = {
    root,
    folder,
    seedsMax: Number(values.seeds),
    secondsMax: Number(values.seconds),
    signal: ending.signal
  }
  const hunts: Hunt[] = []
  const waiting = [...chosen]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await hunt(next, options)
      hunts.push(result)
      if (!values.json) console.log(lineOf(result))
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, work))
  const inOrder = hunts.toSorted((a, b) => chosen.indexOf(a.mutation) - chosen.indexOf(b.mutation))
  if (values.json) console.log(JSON.stringify(inOrder, undefined, 2))
  if (values.write) writeTable(join(root, 'test/simulation/README.md'), inOrder)
  console.log(lastLineOf(hunts))
  return hunts.every(({ caught }) => caught !== undefined) ? 0 : 1
}

process.exitCode = await main()
