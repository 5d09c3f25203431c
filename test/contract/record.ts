import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Observations } from './observation.ts'

/** What a real OpenStack showed, as it is kept in this folder. */
export interface Recorded {
  /** Zed, Epoxy … */
  readonly release: string
  /** The newest microversion of its compute API. */
  readonly microversion: string
  /** The day of the newest observation. */
  readonly date: string
  readonly observations: Observations
}

const folder = import.meta.dirname

export function readRecords(): Recorded[] {
  return globSync('observed-*.json', { cwd: folder })
    .sort()
    .map(file => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded)
}

/** Keeps what was recorded of other cases. */
export function writeRecord(release: string, microversion: string, observations: Observations): string {
  const file = `observed-${release.toLowerCase()}.json`
  const before = readRecords().find(recorded => recorded.release === release)
  const record: Recorded = {
    release,
    microversion,
    date: new Date().toISOString().slice(0, 10),
    observations: { ...before?.observations, ...observations }
  }
  writeFileSync(join(folder, file), `${JSON.stringify(record, null, 2)}\n`)
  return file
}
