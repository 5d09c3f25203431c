/** As Nova's services and migrations, and Aodh, write times: UTC without saying so, with microseconds. */
export function bareTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000')
}

/** As Nova's servers write times: whole seconds, with the zone. */
export function wholeTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
