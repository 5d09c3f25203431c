import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Lab } from './lab.ts'

/** What was seen of the guests from the start of the watch to its end. */
export interface Watched {
  readonly samples: number
  readonly seconds: number
  /** The longest time between two looks, ms. */
  readonly longestGapMs: number
  /** A line for each guest that was seen to run on two hosts. */
  readonly twice: readonly string[]
}

export interface GuestWatch {
  stop(): Promise<Watched>
}

interface Look {
  readonly atMs: number
  readonly twice: readonly string[]
}

const pauseMs = 200

/** Looks at least every 0.5 s whether any guest runs twice. Resolves after the first look. */
export async function watchGuests(lab: Lab): Promise<GuestWatch> {
  const looks: Look[] = []
  const folder = dirname(realpathSync(lab.command))
  const source = existsSync(join(folder, 'oslab')) ? watchWithHelper(folder, looks) : watchWithCommand(lab, looks)
  const deadlineMs = Date.now() + 30_000
  while (looks.length === 0) {
    if (Date.now() > deadlineMs) throw new Error('the guests could not be looked at')
    await delay(20)
  }
  return {
    async stop() {
      await source.stop()
      return summarize(looks)
    }
  }
}

function watchWithHelper(folder: string, looks: Look[]): { stop(): Promise<void> } {
  const helper = join(import.meta.dirname, 'guests-watch.py')
  const child = spawn('/usr/bin/python3', ['-B', helper, folder, String(pauseMs / 1000)], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  createInterface({ input: child.stdout }).on('line', line => {
    const { atMs, twice } = JSON.parse(line) as { atMs: number; twice: Record<string, string[]> }
    looks.push({ atMs, twice: Object.entries(twice).map(([id, hosts]) => `${id} runs on ${hosts.join(' and ')}`) })
  })
  return { stop: () => ended(child) }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error('the watch over the guests ended by itself')
  const end = new Promise(resolve => child.once('close', resolve))
  child.stdin?.end()
  await end
}

/** For a driver that is not made of Python files: its own command, as often as it can be started. */
function watchWithCommand(lab: Lab, looks: Look[]): { stop(): Promise<void> } {
  let on = true
  async function look(): Promise<void> {
    while (on) {
      const atMs = Date.now()
      const lines = await lab.guests()
      looks.push({ atMs, twice: lines.filter(line => line.startsWith('SPLIT BRAIN')) })
      await delay(Math.max(0, atMs + pauseMs - Date.now()))
    }
  }
  const looking = look()
  return {
    async stop() {
      on = false
      await looking
    }
  }
}

function summarize(looks: readonly Look[]): Watched {
  let longestGapMs = 0
  for (const [index, look] of looks.entries()) {
    longestGapMs = Math.max(longestGapMs, look.atMs - (looks[index - 1]?.atMs ?? look.atMs))
  }
  const seconds = ((looks.at(-1)?.atMs ?? 0) - (looks[0]?.atMs ?? 0)) / 1000
  return { samples: looks.length, seconds, longestGapMs, twice: [...new Set(looks.flatMap(look => look.twice))] }
}
