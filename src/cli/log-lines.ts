import { writeSync } from 'node:fs'

/** How long a reader that is behind (EAGAIN) is waited for, and in which steps. */
const patienceMs = 100
const stepMs = 10

/**
 * Writes each line at once, or loses it: whoever reads them may be gone (`serve | tee`) or slow, or their disk be full, and that
 * must keep us neither from working nor from ending.
 */
export function createLineWriter(fd: number): { write(line: string): void } {
  let isCut = false
  let isWaitedFor = true
  return {
    write(line) {
      const bytes = Buffer.from(isCut ? `\n${line}` : line)
      const written = writeAll(fd, bytes, isWaitedFor ? patienceMs : 0)
      const isWhole = written === bytes.length
      if (isWhole) isCut = false
      else if (written > 0) isCut = true
      // One lost line was waiting enough: it is not waited again until they get through.
      isWaitedFor = isWhole
    }
  }
}

/** How many bytes got through. */
function writeAll(fd: number, bytes: Buffer, waitMs: number): number {
  let written = 0
  let leftMs = waitMs
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written)
    } catch (error) {
      if (!isBehind(error) || leftMs <= 0) break
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stepMs)
      leftMs -= stepMs
    }
  }
  return written
}

function isBehind(error: unknown): boolean {
  return Error.isError(error) && 'code' in error && error.code === 'EAGAIN'
}
