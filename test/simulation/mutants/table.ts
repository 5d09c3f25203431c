import { readFileSync, writeFileSync } from 'node:fs'
import type { Hunt } from './hunt.ts'

/** One line for a terminal, as soon as the bug was caught or got away. */
export function lineOf({ mutation, caught, seeds, seconds, trouble }: Hunt): string {
  const result = caught === undefined ? (trouble ?? 'GOT AWAY') : `${caught.law}: ${caught.sentence.split('\n')[0]}`
  return `${mutation.name.padEnd(34)} ${String(seeds).padStart(5)} seeds ${seconds.toFixed(1).padStart(6)} s of CPU  ${result}`
}

export function lastLineOf(hunts: readonly Hunt[]): string {
  return `caught ${hunts.filter(({ caught }) => caught !== undefined).length} of ${hunts.length}`
}

const begin = '<!-- written by `npm run mutants -- --write` -->'
const end = '<!-- end of what it wrote -->'

/** Puts the table between its two marks in the README. */
export function writeTable(readme: string, hunts: readonly Hunt[]): void {
  const text = readFileSync(readme, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from === -1 || to < from) throw new Error(`${readme} has no place for the table: ${begin} … ${end}`)
  const rows = hunts.map(({ mutation, caught, seeds }) => {
    const law = caught === undefined ? '**got away**' : `\`${caught.law}\``
    return `| \`${mutation.name}\` | ${mutation.bug} | ${law} | ${seeds} |`
  })
  const table = ['| planted bug | | caught by | seeds |', '| --- | --- | --- | --: |', ...rows].join('\n')
  writeFileSync(readme, `${text.slice(0, from)}${begin}\n\n${table}\n\n${lastLineOf(hunts)}.\n\n${text.slice(to)}`)
}
