import type { Face } from '../http/face.ts'
import type { BmcHabits } from '../model/bmc.ts'
import type { Habits, ModelHost } from '../model/world.ts'
import { LabError, type Words } from './words.ts'

/** What the words act on. */
export interface Stage {
  readonly face: Face
  bmc(host: string): { readonly url: string; readonly user: string; readonly password: string; readonly uuid: string }
  sshAddress(host: string): string
  /** Opens the doors of a host that was added to the world. */
  addMachine(host: ModelHost): Promise<void> | undefined
  /** How each host and its BMC behave when nobody told them otherwise. */
  readonly normal: Map<string, { readonly habits: Habits; readonly bmc: BmcHabits }>
}

/** Obeys; what it answers is printed. `status` is that of the command. */
export type Verb = (stage: Stage, words: Words) => Promise<Said> | Said
export interface Said {
  readonly out: string
  readonly status?: number
}

export const said = (...lines: string[]): Said => ({ out: lines.map(line => `${line}\n`).join('') })

export function hostNamed(stage: Stage, name: string | undefined): ModelHost {
  const host = name === undefined ? undefined : stage.face.world.hosts.get(name)
  if (host === undefined) throw new LabError(name === undefined ? 'which host?' : `there is no host ${name}`)
  return host
}

/** Waits in real time until it is so. */
export async function until(stage: Stage, limitMs: number, what: string, isSo: () => boolean): Promise<void> {
  const { clock } = stage.face.world
  const endMs = clock.now() + limitMs
  while (!isSo()) {
    if (clock.now() > endMs) throw new LabError(`waited ${limitMs / 1000} s for ${what}`)
    await clock.sleep(20)
  }
}
