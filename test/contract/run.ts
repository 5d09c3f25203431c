/** Plays the cases on a real OpenStack and on the emulator, and prints where the two differ. */
import { parseArgs } from 'node:util'
import { cases } from './cases.ts'
import { compareCase } from './compare.ts'
import type { ContractCase } from './contract-case.ts'
import type { Observation } from './observation.ts'
import { play } from './play.ts'
import { readRecords, writeRecord } from './record.ts'
import { livingTruth, recordedTruth, type Truth } from './truth.ts'
import { createEmulatorWorld } from './worlds/emulator-world.ts'

const { values: options } = parseArgs({
  options: {
    list: { type: 'boolean', default: false },
    /** Only those of the gate. */
    telling: { type: 'boolean', default: false },
    /** Only these, by their names. */
    cases: { type: 'string' },
    /** Against what was recorded, without a cloud. */
    recorded: { type: 'boolean', default: false },
    /** Plays them on the cloud alone and keeps what is seen. */
    record: { type: 'boolean', default: false }
  }
})

async function main(): Promise<number> {
  if (options.list) {
    for (const { name, asks, telling } of cases) console.log(`${telling ? '*' : ' '} ${name.padEnd(36)} ${asks}`)
    return 0
  }
  const which = chosen()
  if (options.recorded) {
    const ends = []
    for (const recorded of readRecords()) ends.push(await compareAll(recordedTruth(recorded), which, 1))
    return Math.max(...ends)
  }
  const command = process.env.SWITCHOVER_LAB
  if (command === undefined) {
    console.error('SWITCHOVER_LAB names no command that drives a test cloud; --recorded goes without.')
    return 1
  }
  const truth = await livingTruth(command)
  try {
    return await (options.record ? recordAll(truth, which) : compareAll(truth, which, 2))
  } finally {
    await truth.close()
  }
}

function chosen(): readonly ContractCase[] {
  const names = options.cases?.split(',')
  const unknown = names?.filter(name => !cases.some(one => one.name === name)) ?? []
  if (unknown.length > 0) throw new Error(`there is no case ${unknown.join(', ')}; --list names all`)
  return cases.filter(({ name, telling }) => names?.includes(name) ?? (!options.telling || telling === true))
}

async function compareAll(truth: Truth, which: readonly ContractCase[], plays: 1 | 2): Promise<number> {
  const ends = []
  for (const one of which) {
    ends.push((await compareAloud(truth, one)) || (plays > 1 && (await compareAloud(truth, one))))
  }
  const passed = ends.filter(Boolean).length
  // In the words of Jest's report, which the gate adds up.
  const failed = passed === ends.length ? '' : `${ends.length - passed} failed, `
  console.log(`Tests: ${failed}${passed} passed, ${ends.length} total`)
  return failed === '' ? 0 : 1
}

/** Says what differs. A difference made by a living cloud's own haste does not come again, so `plays` is 2 there. */
async function compareAloud(truth: Truth, one: ContractCase): Promise<boolean> {
  const begunMs = Date.now()
  const differences = await compareOne(truth, one)
  console.log(`${differences.length === 0 ? 'same   ' : 'DIFFERS'} ${one.name} (${secondsSince(begunMs)} s)`)
  for (const line of differences) console.log(`          ${line}`)
  return differences.length === 0
}

async function compareOne(truth: Truth, one: ContractCase): Promise<readonly string[]> {
  const emulator = await createEmulatorWorld(truth.microversion)
  try {
    const real = await truth.observe(one)
    if (real === undefined) return [`nothing is recorded of it on ${truth.release}`]
    const emulated = await play(emulator, one)
    return [...unplayable(real), ...compareCase([truth.release, emulator.title], real, emulated)]
  } finally {
    await emulator.close()
  }
}

/** A case that fails in both worlds in the same way shows nothing, and must not count as the same. */
function unplayable(seen: readonly Observation[]): string[] {
  return seen.filter(({ because }) => because !== undefined).map(({ because }) => String(because))
}

async function recordAll(truth: Truth, which: readonly ContractCase[]): Promise<number> {
  let failed = 0
  for (const one of which) {
    const begunMs = Date.now()
    const seen = (await truth.observe(one)) ?? []
    const because = unplayable(seen)
    if (because.length === 0) writeRecord(truth.release, truth.microversion, { [one.name]: seen })
    else failed++
    const end = because.length === 0 ? 'recorded' : 'NOT PLAYED'
    console.log([`${end} ${one.name} (${secondsSince(begunMs)} s)`, ...because].join('\n          '))
  }
  return failed === 0 ? 0 : 1
}

function secondsSince(ms: number): string {
  return ((Date.now() - ms) / 1000).toFixed(1)
}

process.exitCode = await main()
