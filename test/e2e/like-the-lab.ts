import type { WorldSpec } from '../../src/emulator/model/spec.ts'

/** A host has room for about 160 small servers, or two that are huge. */
const host = { capacity: { VCPU: 160, MEMORY_MB: 12_288, DISK_GB: 1028 }, habits: { spawnMs: 300, traitLagMs: 0 } }

/** An emulated cloud with as many hosts as a lab, compute-01 …, and with the times of the lab. */
export function likeTheLab(hosts: number): WorldSpec {
  const names = Array.from({ length: hosts }, (_, index) => `compute-${String(index + 1).padStart(2, '0')}`)
  return {
    hosts: Object.fromEntries(names.map(name => [name, host])),
    timing: {
      serviceDownMs: 6000,
      reportEveryMs: 2000,
      conductorMs: 200,
      claimMs: 300,
      settleMs: 300,
      powerSyncMs: 60_000
    }
  }
}
