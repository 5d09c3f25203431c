/**
 * A time as OpenStack's services write it, in ms since the epoch. Nova and Aodh leave the zone away and mean UTC.
 * undefined for anything else.
 */
export function timeOf(text: string | null | undefined): number | undefined {
  if (text === undefined || text === null) return undefined
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(text)
  const ms = Date.parse(hasZone ? text : `${text}Z`)
  return Number.isNaN(ms) ? undefined : ms
}
