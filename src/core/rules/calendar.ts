/** A moment as a clock on the wall of a time zone shows it. */
export interface WallTime {
  /** "2026-12-24" */
  readonly date: string
  /** "23:05" */
  readonly clock: string
  readonly hour: number
  readonly minute: number
  /** "mon" … "sun" */
  readonly weekday: string
}

/** From `from` until just before `to`: two dates, two moments of the week ("sat 22:00") or two of the day ("22:00"). */
export interface Window {
  readonly from: string
  readonly to: string
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Throws RangeError for a zone that does not exist. */
export function wallTime(ms: number, zone: string): WallTime {
  const part = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value])
  )
  return {
    date: `${part.year}-${part.month}-${part.day}`,
    clock: `${part.hour}:${part.minute}`,
    hour: Number(part.hour),
    minute: Number(part.minute),
    weekday: part.weekday?.toLowerCase() ?? ''
  }
}

/** A moment as people write it, in ms; one without an offset is that of the zone's wall clock. NaN for what is none. */
export function momentIn(text: string, zone: string): number {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|$)/.test(text)) return Number.NaN
  const clock = text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T')
  if (/([zZ]|[+-]\d{2}:?\d{2})$/.test(clock.slice(10))) return Date.parse(clock)
  const asUtc = Date.parse(`${clock}Z`)
  if (Number.isNaN(asUtc)) return asUtc
  // The offset is that of the moment that is looked for: near a change of the clock the first guess has the wrong one.
  const guess = asUtc - offsetAt(asUtc, zone)
  return asUtc - offsetAt(guess, zone)
}

function offsetAt(ms: number, zone: string): number {
  const { date, clock } = wallTime(ms, zone)
  return Date.parse(`${date}T${clock}Z`) - Math.floor(ms / 60_000) * 60_000
}

export function isZone(zone: string): boolean {
  // "+01:00" would be taken as well, and know no summer time.
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    formatterOf(zone)
    return true
  } catch {
    return false
  }
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  const twoDigits = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
  const made = new Intl.DateTimeFormat('en-US', {
    ...twoDigits,
    year: 'numeric',
    weekday: 'short',
    hourCycle: 'h23',
    timeZone: zone
  })
  formatters.set(zone, made)
  return made
}

export const weekdays: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const datePattern = /^(\d{4})-(\d{2})-(\d{2})(?: ([01]\d|2[0-3]):([0-5]\d))?$/
const weekPattern = /^(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):([0-5]\d)$/i
const dayPattern = /^([01]\d|2[0-3]):([0-5]\d)$/

/** Why this is no window; undefined when it is one. */
export function windowMistake({ from, to }: Window): string | undefined {
  const start = kindOf(from)
  const end = kindOf(to)
  if (start === undefined || end === undefined) {
    const wrong = start === undefined ? from : to
    return `"${wrong}" is no time: write 2026-12-24, 2026-12-24 18:00, sat 22:00 or 22:00`
  }
  if (start !== end) return `from is ${start}, to is ${end}: both must be of one kind`
  if (from.toLowerCase() === to.toLowerCase()) return 'from and to are the same'
  if (start === 'a date' && keyOfDate(from) > keyOfDate(to)) return 'to is before from'
  return undefined
}

function kindOf(text: string): 'a date' | 'a moment of the week' | 'a time of day' | undefined {
  if (datePattern.test(text)) return isDate(text.slice(0, 10)) ? 'a date' : undefined
  if (weekPattern.test(text)) return 'a moment of the week'
  return dayPattern.test(text) ? 'a time of day' : undefined
}

function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** A window is that of the wall's clock: at the change to summer time an hour of it may be missing. */
export function isWithin(wall: WallTime, { from, to }: Window): boolean {
  if (datePattern.test(from)) {
    const now = `${wall.date} ${wall.clock}`
    return keyOfDate(from) <= now && now < keyOfDate(to)
  }
  const [now, start, end] = weekPattern.test(from)
    ? [keyOfWeek(`${wall.weekday} ${wall.clock}`), keyOfWeek(from), keyOfWeek(to)]
    : [wall.clock, from, to]
  // One that ends before it begins goes over midnight, or over Sunday.
  return start <= end ? start <= now && now < end : now >= start || now < end
}

/** Its dates have passed; one of the week or of the day comes again. */
export function isOver(wall: WallTime, { from, to }: Window): boolean {
  return datePattern.test(from) && keyOfDate(to) <= `${wall.date} ${wall.clock}`
}

/** A date alone is its first minute. */
function keyOfDate(text: string): string {
  return text.length === 10 ? `${text} 00:00` : text
}

function keyOfWeek(text: string): string {
  const [day = '', clock = ''] = text.toLowerCase().split(' ')
  return `${weekdays.indexOf(day)} ${clock}`
}
