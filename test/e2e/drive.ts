import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What came of one run of the driver; `failure` if its exit status was not 0. */
export interface Driven {
  readonly failure?: string
  readonly stdout: string
  readonly stderr: string
}

/** Runs the driver once with these words. */
export type Drive = (words: readonly string[], limitMs: number) => Promise<Driven>

const runFile = promisify(execFile)

/** `command`: the driver's path; the environment (LAB_RELEASE …) is handed on to it. */
export function driveProcess(command: string): Drive {
  return async (words, limitMs) => {
    try {
      return await runFile(command, [...words], { timeout: limitMs, maxBuffer: 64 * 2 ** 20 })
    } catch (error) {
      const { stdout = '', stderr, killed = false, message } = error as Partial<Driven> & Error & { killed?: boolean }
      return {
        failure: killed ? `was stopped after ${limitMs / 1000} s` : 'failed',
        stdout,
        stderr: stderr ?? message
      }
    }
  }
}
