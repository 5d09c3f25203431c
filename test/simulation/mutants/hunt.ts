import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { applyMutation } from './apply-mutation.ts'
import type { Mutation } from './mutation.ts'

/** How the search for one planted bug went. */
export interface Hunt {
  readonly mutation: Mutation
  readonly seeds: number
  /** Of CPU, so that a busy machine makes no difference. */
  readonly seconds: number
  /** The law that broke first, in the seed that was the last one; absent when the bug got away. */
  readonly caught?: { readonly law: string; readonly seed: number; readonly sentence: string }
  /** Why it does not count though something went wrong. */
  readonly trouble?: string
}

export interface HuntOptions {
  /** The tree that is copied. */
  readonly root: string
  /** Copies are made below it. */
  readonly folder: string
  readonly seedsMax: number
  readonly secondsMax: number
  /** Ends what runs. */
  readonly signal: AbortSignal
}

/** Plants the bug in a copy of the tree, and plays seed after seed there until a law breaks. */
export async function hunt(mutation: Mutation, options: HuntOptions): Promise<Hunt> {
  const copy = join(options.folder, mutation.name)
  copyTree(options.root, copy)
  try {
    applyMutation(join(copy, 'src'), mutation)
    return { mutation, ...(await search(copy, options)) }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function search(
  copy: string,
  { root, seedsMax, secondsMax, signal }: HuntOptions
): Promise<Omit<Hunt, 'mutation'>> {
  let seconds = 0
  const untilMs = performance.now() + secondsMax * 1000
  for (let from = 1; from <= seedsMax; ) {
    const played = await playSeeds(copy, from, seedsMax - from + 1, untilMs - performance.now(), signal)
    const report = reportOf(played)
    if (typeof report === 'string') return { seeds: from - 1, seconds, trouble: report }
    seconds += report.cpuSeconds
    const { finding } = report
    if (finding === undefined) break
    // A bug that throws at once was not planted well: any test would see it.
    if (/\b(Type|Reference|Syntax)Error\b/.test(finding.sentence))
      return { seeds: finding.seed, seconds, trouble: `it breaks the program by itself: ${finding.sentence}` }
    const clean = reportOf(await playSeeds(root, finding.seed, 1, 600_000, signal))
    if (typeof clean === 'object' && clean.finding === undefined)
      return { seeds: finding.seed, seconds, caught: finding }
    // The tree itself breaks a law there, so this seed says nothing about the planted bug.
    from = finding.seed + 1
  }
  return { seeds: seedsMax, seconds }
}

/** What the simulation needs, and nothing that a bug could be hidden from. */
function copyTree(root: string, copy: string): void {
  mkdirSync(copy, { recursive: true })
  for (const part of ['src', 'schemas', 'test', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
}

interface Played {
  readonly output: string
  readonly errors: string
  /** False when it was stopped because it took too long. */
  readonly isOver: boolean
}

function playSeeds(tree: string, from: number, seeds: number, limitMs: number, signal: AbortSignal): Promise<Played> {
  const { promise, resolve, reject } = Promise.withResolvers<Played>()
  const script = join(tree, 'test/simulation/simulate-seeds.ts')
  const words = [script, '--from', String(from), '--seeds', String(seeds), '--until-finding', '--json']
  const child = spawn(process.execPath, words, { cwd: tree, stdio: ['ignore', 'pipe', 'pipe'], signal })
  let output = ''
  let errors = ''
  let isOver = true
  child.stdout.on('data', (part: Buffer) => {
    output += String(part)
  })
  child.stderr.on('data', (part: Buffer) => {
    errors += String(part)
  })
  const limit = setTimeout(() => {
    isOver = false
    child.kill('SIGKILL')
  }, limitMs)
  child.once('error', reject)
  child.once('close', () => {
    clearTimeout(limit)
    resolve({ output, errors, isOver })
  })
  return promise
}

/** What `simulate-seeds --json` prints. */
interface Report {
  readonly cpuSeconds: number
  readonly finding?: { readonly seed: number; readonly law: string; readonly sentence: string }
}

/** A string says why there is none. */
function reportOf({ output, errors, isOver }: Played): Report | string {
  if (!isOver) return 'it was stopped because it took too long'
  const line = output.trim().split('\n').at(-1) ?? ''
  return line.startsWith('{') ? (JSON.parse(line) as Report) : `the simulation itself ended: ${lastLine(errors)}`
}

function lastLine(errors: string): string {
  const lines = errors.trim().split('\n')
  return lines.findLast(line => line.includes('Error')) ?? 'without a word'
}
