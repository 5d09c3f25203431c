import type { Breach } from '../laws/law-book.ts'
import type { Scenario } from '../scenario.ts'
import { play } from './run-seed.ts'

/** What a scenario can't do without. */
const needed = new Set(['world', 'hosts', 'events', 'expect', 'name', 'id', 'do', 'on', 'of', 'host', 'server', 'when'])
const alsoNeeded = [
  'at',
  'bmc',
  'status',
  'to',
  'policy',
  'members',
  'spare',
  'VCPU',
  'MEMORY_MB',
  'DISK_GB',
  'all',
  'agent',
  'then',
  'from'
]
for (const key of alsoNeeded) needed.add(key)

type Path = readonly (string | number)[]

/**
 * Leaves out hosts, servers, events, faults and settings one by one while the same law is still broken, and rounds the
 * times. `limit`: how often it may play.
 */
export async function shrink(scenario: Scenario, breach: Breach, limit = 600): Promise<Scenario> {
  let smallest = scenario
  let played = 0
  for (let isSmaller = true; isSmaller && played < limit; ) {
    isSmaller = false
    for (const smaller of smallerOnes(smallest)) {
      if (played++ >= limit) break
      const { breaches } = await play(smaller)
      if (!breaches.some(other => isSame(other, breach))) continue
      smallest = smaller
      isSmaller = true
      break
    }
  }
  return smallest
}

/** The same law, and for our own mistakes the same mistake: a scenario that makes no sense is none. */
function isSame(one: Breach, other: Breach): boolean {
  if (one.law !== other.law) return false
  return shapeOf(one.sentence) === shapeOf(other.sentence)
}

/** A sentence without its names and numbers. */
function shapeOf(sentence: string): string {
  return (sentence.split('\n')[0] ?? '').replace(/\b(vm|compute|spare)-[\w-]+/g, '…').replace(/\d+/g, '0')
}

function* smallerOnes(scenario: Scenario): Generator<Scenario> {
  const paths = [...pathsOf(scenario, [])].toSorted((a, b) => a.length - b.length)
  for (const path of paths) yield without(scenario, path)
  yield* rounded(scenario)
}

/** Every element of a list and every key that can be left out; the biggest parts come first. */
function* pathsOf(value: unknown, path: Path): Generator<Path> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key]
    if (Array.isArray(value) || !needed.has(key)) yield at
    yield* pathsOf(inner, at)
  }
}

function* rounded(scenario: Scenario): Generator<Scenario> {
  for (const [index, event] of scenario.events.entries()) {
    for (const key of ['at', 'after']) {
      const seconds: unknown = Reflect.get(event, key)
      if (typeof seconds !== 'number' || Number.isInteger(seconds)) continue
      yield replaced(scenario, ['events', index, key], Math.round(seconds))
      yield replaced(scenario, ['events', index, key], Math.round(seconds * 10) / 10)
    }
  }
}

function valueAt(scenario: Scenario, path: Path): unknown {
  return path.reduce<unknown>((value, key) => Reflect.get(value as object, key), scenario)
}

function replaced(scenario: Scenario, path: Path, value: unknown): Scenario {
  const copy = structuredClone(scenario)
  Reflect.set(valueAt(copy, path.slice(0, -1)) as object, path.at(-1) ?? '', value)
  return copy
}

function without(scenario: Scenario, path: Path): Scenario {
  const copy = structuredClone(scenario)
  const parent = valueAt(copy, path.slice(0, -1))
  const key = path.at(-1) ?? ''
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else Reflect.deleteProperty(parent as object, key)
  return copy
}
