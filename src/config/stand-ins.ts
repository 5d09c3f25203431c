import type { ErrorObject } from 'ajv/dist/2020.js'
import { pathOf } from './paths.ts'

type Fields = Record<string | number, unknown>

const marker = 'in-place-of-what-is-wrong'

/** What is said of a stand-in is of no interest. */
export function isOfStandIn(mistake: string): boolean {
  return mistake.includes(marker)
}

/**
 * Takes out of `file` what is wrong by its schema, so that the rest can be checked as well and all is told at once. Entries of lists
 * are replaced, for mistakes name their places; settings give way to their defaults.
 */
export function putStandIns(file: unknown, errors: readonly ErrorObject[]): void {
  // First what is no setting, for then nothing else may be wrong with its group.
  const unknown = errors.filter(({ keyword }) => keyword === 'additionalProperties')
  for (const { instancePath, params } of unknown) {
    const group = pathOf(instancePath, file).reduce<unknown>((at, key) => (at as Fields)[key], file) as Fields
    delete group[String(params.additionalProperty)]
  }
  if (unknown.length > 0) return
  const paths = errors.map(({ instancePath }) => pathOf(instancePath, file))
  for (const path of paths) replace(file as Fields, path)
}

function replace(file: Fields, [section, entry]: readonly (string | number)[]): void {
  if (section === undefined) return
  const make = makers[section]
  if (make !== undefined && entry !== undefined) (file[section] as Fields)[entry] = make(entry)
  else delete file[section]
  // Those that name something of it would be told that it is not there.
  if (section === 'calendars') delete file.rules
  if (section !== 'auth') return
  file.auth = { alarms: { tokens: [{ name: marker, secret: marker }] }, operators: { tokens: [] } }
  delete file.alarms
}

const always = { when: 'true' }
const makers: Readonly<Record<string, (entry: string | number) => Fields>> = {
  rules: entry => ({ ...always, name: `${marker}-${entry}`, then: 'note' }),
  servers: entry => ({ ...always, name: `${marker}-${entry}`, then: 'move' }),
  segments: entry => ({
    ...{ name: `${marker}-${entry}`, hosts: { aggregate: `${marker}-${entry}` } },
    ...{ method: 'auto', storage: 'shared', fencing: ['none'] }
  }),
  fencing: () => ({ type: 'exec', command: ['/bin/false'] })
}
