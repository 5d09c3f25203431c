import type { Drive } from './drive.ts'

/** Says the words to an emulator at this URL, which knows those of a lab's driver. */
export function driveEmulator(url: string): Drive {
  return async (words, limitMs) => {
    const answer = await fetch(`${url}/lab`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ words }),
      signal: AbortSignal.timeout(limitMs)
    })
    const { status, stdout, stderr } = (await answer.json()) as { status: number; stdout: string; stderr: string }
    return { stdout, stderr, ...(status === 0 ? {} : { failure: 'failed' }) }
  }
}
