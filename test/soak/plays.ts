import { badBodies } from './bad-bodies.ts'
import { clockSteps } from './clock-steps.ts'
import { fullDisk } from './full-disk.ts'
import { fuzz } from './fuzz.ts'
import { killLoop } from './kill-loop.ts'
import { powerCuts } from './power-cut.ts'
import { slowClients } from './slow-clients.ts'
import type { Report } from './stage.ts'
import { storm } from './storm.ts'

interface Play {
  readonly what: string
  long(): Promise<Report>
  /** A few seconds, for `npm test`. */
  readonly short?: () => Promise<Report>
}

/** What is done to the real service on an emulated cloud. */
export const plays: Readonly<Record<string, Play>> = {
  storm: {
    what: '10 000 alarms for 500 hosts within a minute, of which 5 are dead',
    long: () => storm({ hosts: 500, alarms: 10_000, seconds: 60, oneDeadIn: 100 }),
    short: () => storm({ hosts: 30, alarms: 600, seconds: 4, oneDeadIn: 10 })
  },
  fuzz: {
    what: '100 000 sound and broken requests for every route of our own OpenAPI document',
    long: () => fuzz({ requests: 100_000, seed: Number(process.env.SEED ?? Date.now() % 1_000_000) }),
    short: () => fuzz({ requests: 2000, seed: 1 })
  },
  'bad-bodies': {
    what: 'huge and deep JSON, NUL bytes, broken UTF-8, wrong types, gzip bombs: refused at once, and others are served',
    long: () => badBodies(50),
    short: () => badBodies(1)
  },
  'slow-clients': {
    what: 'clients that send or read slowly, not at all, or vanish, a hundred of each, while others are served',
    long: () => slowClients(100)
  },
  'full-disk': {
    what: "the store's disk fills up in the middle of a recovery, and has room again (root)",
    long: () => fullDisk()
  },
  'power-cut': {
    what: "20 power cuts of the default store's disk while alarms come in (root)",
    long: () => powerCuts(20)
  },
  'clock-steps': {
    what: "the time of day of the service's machine steps by hours, forwards and backwards (libfaketime)",
    long: () => clockSteps()
  },
  'kill-loop': {
    what: 'SIGKILL at random moments, at least 20 in one recovery of 30 servers',
    long: () => killLoop({ servers: 30, killsMin: 20, spawnMs: 20_000 })
  }
}
