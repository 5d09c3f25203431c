import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const main = join(import.meta.dirname, '../../../src/main.ts')
export interface Run {
  /** Resolves to the exit status and all that was written. */
  readonly ended: Promise<{ readonly status: number | null; readonly text: string }>
  /** Resolves to all that was written when this is a part of it. */
  wrote(sentence: string): Promise<string>
  interrupt(): void
  /** Its own folder for temporary files. */
  readonly temporary: string
}

/** The demo as a process of its own, with its own folder for temporary files; `undo` takes what ends it. */
export function startDemo(words: readonly string[], undo: (() => void)[]): Run {
  const temporary = mkdtempSync(join(tmpdir(), 'switchover-test-'))
  const env = { PATH: process.env.PATH, TMPDIR: temporary }
  const child = spawn(process.execPath, [main, 'demo', ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  undo.push(() => rmSync(temporary, { recursive: true, force: true }))
  undo.push(() => child.kill('SIGKILL'))
  let text = ''
  let look = (): void => undefined
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', data => {
      text += String(data)
      look()
    })
  }
  const ended: Run['ended'] = new Promise(resolve => child.once('close', status => resolve({ status, text })))
  return {
    ended,
    temporary,
    interrupt: () => void child.kill('SIGINT'),
    wrote: sentence =>
      new Promise((resolve, reject) => {
        look = () => {
          if (text.includes(sentence)) resolve(text)
        }
        look()
        void ended.then(() => reject(new Error(`it ended without "${sentence}":\n${text}`)))
      })
  }
}
