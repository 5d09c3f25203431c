import type { Host, HostsReading } from './inventory.ts'
import { isUp } from './inventory.ts'
import { isIsolatedByUs } from './marks.ts'
import type { PowerReading } from './recovery.ts'
import { reportMs } from './reports.ts'

/** How it was learnt. What comes the same way fails together, so it is one independent source. */
export type Way = 'nova' | 'network' | 'beside' | 'power' | 'alarm' | 'others'

/** One source's word at one moment. */
export interface Observation {
  readonly source: string
  readonly way: Way
  /**
   * `alive` and `down` are positive findings; `silent`: asked, and nothing came. What could not be learnt is `unknown`, and
   * a `note` is there for the reader: neither is ever a vote for death.
   */
  readonly says: 'alive' | 'down' | 'silent' | 'unknown' | 'note'
  readonly detail: string
  /** When it was asked for, by our clock. */
  readonly atMs: number
  /** How long it might take to answer. */
  readonly timeoutMs?: number
}

type Word = Pick<Observation, 'says' | 'detail'>

/** Nova's view of the host, at one moment of Nova's clock. */
export interface NovaView {
  /** undefined: Nova could not be read, or it does not list the host. */
  readonly host: Host | undefined
  readonly atMs: number
  /** How often its report moved on since we began to look. */
  readonly reportsSeen: number
  readonly error?: string
}

/** Ages are reckoned by Nova's own clock. Under a force-down `state` stays down: life shows in reports that move on. */
export function wordOfNova({ host, atMs, reportsSeen, error }: NovaView, downMs: number): Word {
  if (error !== undefined) return { says: 'unknown', detail: `Nova can't be read: ${error}` }
  if (host === undefined) return { says: 'unknown', detail: 'Nova lists no such nova-compute' }
  if (host.state === 'unknown') return { says: 'unknown', detail: "the host's cell can't be read" }
  const reported = host.reportedAtMs
  if (reported === undefined) return { says: 'unknown', detail: 'nova-compute has never reported' }
  const age = Math.max(0, atMs - reported)
  const ageText = `its last report is ${Math.round(age / 1000)} s old`
  // Each change of the service by anybody moves the date, too, and one that was taken back at once is not seen as such.
  const movedOn = reportsSeen >= 2 && (host.forcedDown || host.state === 'up')
  // A host that lives looks silent between two of its reports, whatever the site asks for.
  const freshMs = Math.max(downMs, reportMs)
  if (movedOn && age < freshMs) return { says: 'alive', detail: `nova-compute reports again: ${ageText}` }
  if (host.state === 'up' && !host.forcedDown)
    return { says: age < freshMs ? 'unknown' : 'silent', detail: `Nova still calls it up; ${ageText}` }
  // Under a force-down `state` says nothing, and the age alone tells.
  const neededMs = host.forcedDown ? freshMs : downMs
  if (age < neededMs) return { says: 'unknown', detail: `${ageText}; ${Math.round(neededMs / 1000)} s are asked for` }
  return { says: 'down', detail: `nova-compute is down: ${ageText}` }
}

/** BMC On is no sign of life; only Off tells something. */
export function wordOfPower(reading: Pick<PowerReading, 'power' | 'isHearsay'>): Word {
  if (reading.isHearsay === true)
    return { says: 'unknown', detail: `it is remembered to be ${reading.power}, which nobody has looked at` }
  switch (reading.power) {
    case 'off':
      return { says: 'down', detail: 'its BMC says that it is off' }
    case 'on':
      return { says: 'unknown', detail: 'its BMC says that it is on, which is no sign of life' }
    case 'changing':
      return { says: 'unknown', detail: 'its BMC says that its power is changing' }
  }
}

/** What was told about the host, in short. */
export interface Complaints {
  readonly all: number
  /** Those that no `ok` took back. */
  readonly uncleared: number
  readonly newest?: {
    readonly source: string
    readonly name?: string
    /** What the alarm said. */
    readonly current?: string
    readonly ageMs: number
  }
}

/** The signals are why we look. They never speak for the host's death, but who hears that it lives asks what they mean. */
export function wordOfAlarm({ all, uncleared, newest }: Complaints): Word {
  if (newest === undefined) return { says: 'note', detail: 'no signal' }
  const who = newest.source === 'aodh' ? `alarm ${newest.name ?? ''}`.trimEnd() : `${newest.source} signal`
  const what = newest.current === undefined ? '' : ` says ${newest.current}`
  const counts = all === 1 ? '' : `; ${uncleared} of ${all} signals stand`
  const detail = `the newest, ${who}${what}, came ${Math.round(newest.ageMs / 1000)} s ago${counts}`
  return { says: uncleared > 0 ? 'down' : 'note', detail }
}

/** Is it us? How the other hosts of the segment, and of the cloud, look to the same eyes. The guards act on it. */
export function wordOfOthers(
  reading: HostsReading,
  host: string,
  segment: { readonly name: string; readonly members: readonly string[] } | undefined
): Word {
  const others = reading.hosts.filter(other => other.name !== host && !isIsolatedByUs(other.disabledReason))
  if (others.length === 0) return { says: 'note', detail: 'Nova has no other host to compare it with' }
  const count = (hosts: readonly Host[]) => `${hosts.filter(other => !isUp(other)).length} of ${hosts.length}`
  const members = others.filter(other => segment?.members.includes(other.name))
  const here = segment === undefined || members.length === 0 ? '' : `, ${count(members)} of ${segment.name}`
  return { says: 'note', detail: `${count(others)} other hosts look down${here}${wordOfControl(reading)}` }

  /** Nova's services that no host has: where they are silent, too, it is Nova that is unwell. */
  function wordOfControl({ control = [] }: HostsReading): string {
    if (control.length === 0) return ''
    const up = control.filter(service => service.state === 'up').length
    return `; ${up} of ${control.length} schedulers and conductors are up`
  }
}
