import type { Api } from '../../e2e/api.ts'
import type { Lab } from '../../e2e/lab.ts'

/** A cloud that the cases are tried on: a real OpenStack, or the emulator. Its hosts are compute-01 … compute-04, or more. */
export interface World {
  /** For people: `Zed`, `the emulator`. */
  readonly title: string
  /** The newest of its compute API. */
  readonly microversion: string
  readonly lab: Lab
  readonly admin: Api
  /** User `demo` of project `demo`, who is no admin. */
  readonly demo: Api
  /** Its time, seconds. */
  now(): number
  pass(seconds: number): Promise<void>
  /** Lets its time go by until the work is done. */
  run<T>(work: Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The newest microversion of its compute API: with it one tells the releases apart. */
export async function newestMicroversion(admin: Api): Promise<string> {
  const { body } = await admin.call('nova', 'GET', '/')
  return (body as { version: { version: string } }).version.version
}
