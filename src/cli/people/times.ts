const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000]

/** 12 s, 3 min, 2 h 5 min, 4 d 3 h. */
export function lasted(ms: number): string {
  if (ms < minuteMs) return `${Math.max(0, Math.round(ms / 1000))} s`
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min`
  return ms < dayMs ? inTwo(ms, [hourMs, 'h'], [minuteMs, 'min']) : inTwo(ms, [dayMs, 'd'], [hourMs, 'h'])
}

type Unit = readonly [ms: number, name: string]

function inTwo(ms: number, [large, name]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)} ${name}${rest === 0 ? '' : ` ${rest} ${smallName}`}`
}

export function ago(atMs: number, nowMs: number): string {
  return `${lasted(nowMs - atMs)} ago`
}

/** The time of day in UTC, as it stands in logs and holds; with its date if that is not today's. */
export function clockTime(atMs: number, nowMs: number): string {
  const [day = '', time = ''] = isoOf(atMs).split('T')
  return isoOf(nowMs).startsWith(day) ? time.slice(0, 8) : `${day} ${time.slice(0, 8)}`
}

/** A text of the service, with its moments as clockTime tells them. */
export function withClockTimes(text: string, nowMs: number): string {
  return text.replaceAll(
    /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g,
    moment => `${clockTime(Date.parse(moment), nowMs)} UTC`
  )
}

/** Any number may come over the network; the years of Date are limited. */
function isoOf(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : '?T?'
}
