/**
 * The system GUID that a BMC tells is 16 bytes, and vendors do not agree on their order: as the text is written
 * (RFC 4122), with the first three fields turned around (SMBIOS, as dmidecode reads it), or all turned around (IPMI 2.0).
 */
export function readingsOf(bytes: readonly string[]): readonly string[] {
  const smbios = [
    ...bytes.slice(0, 4).toReversed(),
    ...bytes.slice(4, 6).toReversed(),
    ...bytes.slice(6, 8).toReversed()
  ]
  return [bytes.toReversed(), [...smbios, ...bytes.slice(8)], bytes].map(uuidOf)
}

/** The bytes of an answer to `raw 0x06 0x37`; undefined when it has none, or those of a BMC that tells none. */
export function bytesIn(text: string): readonly string[] | undefined {
  const line = /^(?:\s+[0-9a-f]{2}){16}\s*$/m.exec(text)?.[0]
  const bytes = line?.trim().split(/\s+/)
  return bytes === undefined || bytes.every(byte => byte === '00') || bytes.every(byte => byte === 'ff')
    ? undefined
    : bytes
}

/** The reading that is the configured one; without one the first that looks like a UUID. */
export function identityFrom(bytes: readonly string[], wanted: string | undefined): string | undefined {
  const all = readingsOf(bytes)
  if (wanted !== undefined) return all.find(reading => plain(reading) === plain(wanted))
  return all.find(reading => /^.{14}[1-8].{4}[89ab]/.test(reading)) ?? all[0]
}

function uuidOf(bytes: readonly string[]): string {
  return bytes.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function plain(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase()
}
