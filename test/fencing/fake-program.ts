import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface FakeProgram {
  readonly path: string
  readonly folder: string
  /** Text of a file that it wrote beside itself; empty when it wrote none. */
  read(file: string): string
  write(file: string, text: string): void
  remove(): void
}

/** A shell script of its own folder, which it finds as $here. */
export function makeProgram(name: string, script: string): FakeProgram {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-program-'))
  const path = join(folder, name)
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  write(name, `#!/bin/sh\nhere=${folder}\n${script}\n`)
  chmodSync(path, 0o700)
  return {
    path,
    folder,
    read(file) {
      try {
        return readFileSync(join(folder, file), 'utf8')
      } catch {
        return ''
      }
    },
    write,
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

export const usualPath = '/usr/local/bin:/usr/bin:/bin'

/** Resolves when the process is gone, or dead and not yet buried; the test's own time limit is what fails. */
export async function untilEnded(pid: string): Promise<void> {
  for (;;) {
    const state = stateOf(Number(pid))
    if (state === undefined || state === 'Z') return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

function stateOf(pid: number): string | undefined {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
