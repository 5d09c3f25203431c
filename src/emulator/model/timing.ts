/** How long the cloud takes for what it does by itself, ms. */
export interface Timing {
  /** Nova calls a host down when its last report is older. */
  serviceDownMs: number
  reportEveryMs: number
  /** Of an API call: half of it before the effect. */
  latencyMs: number
  /** From the API's answer until the scheduler has chosen. */
  conductorMs: number
  /** A target takes one server after the other, each so long. */
  claimMs: number
  /** Between a server that reads ACTIVE and its new host. */
  settleMs: number
  /** How long the guest of a stopped server runs on its new host. */
  powerOffMs: number
  /** From the start of a nova-compute until it has compared which guests run. */
  powerSyncMs: number
  /** How long Nova's API waits for a host that does not answer. */
  rpcTimeoutMs: number
  /** Between a change of a host's state and the monitor's event. */
  monitorMs: number
}

export const usualTiming: Timing = {
  serviceDownMs: 60_000,
  reportEveryMs: 10_000,
  latencyMs: 100,
  conductorMs: 500,
  claimMs: 1000,
  settleMs: 1000,
  powerOffMs: 2000,
  powerSyncMs: 600_000,
  rpcTimeoutMs: 60_000,
  monitorMs: 1000
}
