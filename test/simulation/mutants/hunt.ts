import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { applyMutation } from './apply-mutation.ts'
import type { Mutation } from './mutation.ts'

/** How the search for one planted bug went. */
export interface Hunt {
  readonly mutation: Mutation
  readonly seeds: number
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
}

/** Plants the bug in a copy of the tree, and plays seed after seed there until a law breaks. */
export async function hunt(mutation: Mutation, { root, folder, seedsMax, secondsMax }: HuntOptions): Promise<Hunt> {
  const copy = join(folder, mutation.name)
  copyTree(root, copy)
  const begunMs = performance.now()
  try {
    applyMutation(join(copy, 'src'), mutation)
    const { output, errors, isOver } = await playSeeds(copy, seedsMax, secondsMax)
    const seconds = (performance.now() - begunMs) / 1000
    return judge(mutation, seconds, isOver ? output : undefined, errors)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
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

function playSeeds(tree: string, seedsMax: number, secondsMax: number): Promise<Played> {
  const { promise, resolve, reject } = Promise.withResolvers<Played>()
  const script = join(tree, 'test/simulation/simulate-seeds.ts')
  const child = spawn(process.execPath, [script, '--seeds', String(seedsMax), '--until-finding', '--json'], {
    cwd: tree,
    stdio: ['ignore', 'pipe', 'pipe']
  })
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
  }, secondsMax * 1000)
  child.once('error', reject)
  child.once('close', () => {
    clearTimeout(limit)
    resolve({ output, errors, isOver })
  })
  return promise
}

/** What `simulate-seeds --json` prints. */
interface Report {
  readonly seeds: number
  readonly finding?: { readonly seed: number; readonly law: string; readonly sentence: string }
}

function judge(mutation: Mutation, seconds: number, output: string | undefined, errors: string): Hunt {
  const nothing = { mutation, seeds: 0, seconds }
  if (output === undefined) return { ...nothing, trouble: 'it was stopped because it took too long' }
  const line = output.trim().split('\n').at(-1) ?? ''
  if (!line.startsWith('{')) return { ...nothing, trouble: `the simulation itself ended: ${lastLine(errors)}` }
  const { seeds, finding } = JSON.parse(line) as Report
  if (finding === undefined) return { mutation, seeds, seconds }
  // A bug that throws at once was not planted well: any test would see it.
  const isTrivial = /\b(Type|Reference|Syntax)Error\b/.test(finding.sentence)
  return isTrivial
    ? { mutation, seeds, seconds, trouble: `it breaks the program by itself: ${finding.sentence}` }
    : { mutation, seeds, seconds, caught: finding }
}

function lastLine(errors: string): string {
  return (
    errors
      .trim()
      .split('\n')
      .findLast(line => /Error/.test(line)) ?? 'without a word'
  )
}
