import type { Ladder } from '../../../src/core/ladder.ts'
import type { World } from '../../../src/emulator/model/world.ts'
import { hostOf } from '../../../src/emulator/model/world.ts'
import type { Recorder } from '../recorder.ts'
import type { LawBook } from './law-book.ts'
import type { Readings } from './readings.ts'
import { knownLiar, objectionToFence, wasLied } from './readings.ts'
import { mayRunGuests } from './truth.ts'

/** Words that were wrong when they were given, so that a guest may run twice though we did all that can be done. */
export interface Excuses {
  /** Host → why a guest of it may run elsewhere too. */
  readonly hosts: Map<string, string>
  /** Servers for which a person vouched. */
  readonly servers: Set<string>
  /** Hosts and servers to which a process sent something after it had stood still between its last check and the socket. */
  readonly late: Set<string>
}

/** Weighs each proof against the truth at the moment when it is committed. */
export function watchProofs(
  world: World,
  recorder: Recorder,
  book: LawBook,
  readings: Readings,
  { ladder, rehearses }: { readonly ladder: Ladder; readonly rehearses: boolean }
): Excuses {
  const excuses: Excuses = { hosts: new Map(), servers: new Set(), late: new Set() }
  const known = new Set<string>()
  recorder.onChange(recovery => {
    for (const server of Object.keys(recovery.vouchedServers)) excuses.servers.add(server)
    for (const [name, proof] of Object.entries(recovery.proofs)) {
      const key = `${name} ${proof.kind} ${proof.atMs}`
      if (known.has(key)) continue
      known.add(key)
      const said = readings.get(name) ?? []
      if (proof.kind === 'fenced') {
        const objection = objectionToFence(proof, said, ladder)
        if (objection !== undefined) book.breach('true-proof', `the proof of ${name}: ${objection}`)
        const liar = rehearses ? knownLiar(proof, said) : undefined
        if (liar !== undefined) book.breach('true-proof', `the proof of ${name}: ${liar} was heard to lie of it before`)
        if (wasLied(proof, said)) excuses.hosts.set(name, 'its BMC lied')
      } else if (proof.kind === 'waived' && name !== recovery.host) {
        book.breach('true-proof', `the fence of ${name} was waived, and it is no host that died but a target`)
      } else if (mayRunGuests(hostOf(world, name))) excuses.hosts.set(name, proof.kind)
    }
  })
  return excuses
}

/** What the model saw: a guest that runs twice may have its excuse. */
export function judgeTruth(world: World, excuses: Excuses, book: LawBook): void {
  for (const finding of world.findings) {
    const sentence = finding.replace(/^\d+: /, '')
    const [, server, places] = /^(\S+) runs on (.+)$/.exec(sentence) ?? []
    if (server === undefined || places === undefined) {
      const isLate = [...excuses.late].some(name => sentence.startsWith(`${name} `))
      if (!isLate) book.breach('one-evacuation', sentence)
      continue
    }
    const excused = excuses.servers.has(server) || places.split(' and ').some(host => excuses.hosts.has(host))
    if (!excused) book.breach('runs-once', sentence)
  }
}
