import { join } from 'node:path'
import { parse } from 'yaml'
import { ConfigError } from '../../errors.ts'

export type Entry = Readonly<Record<string, unknown>>
/** A file's text; undefined when there is none, or when it may not be read. */
export type ReadFile = (path: string) => string | undefined

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: ReadFile
  /** Where `./clouds.yaml` is looked for. */
  readonly directory: string
}

export interface CloudFiles {
  readonly clouds: Readonly<Record<string, Entry>>
  /** Vendors' defaults from clouds-public.yaml, by profile. */
  readonly profiles: Readonly<Record<string, Entry>>
  /** Of clouds.yaml, for messages. */
  readonly path?: string
  /** Where clouds.yaml was looked for. */
  readonly looked: readonly string[]
}

/** clouds.yaml, with secure.yaml laid over it, each from the first place that has one. Throws ConfigError. */
export function readCloudFiles(around: Surroundings): CloudFiles {
  const looked = placesOf('clouds', around, 'OS_CLIENT_CONFIG_FILE')
  const clouds = firstOf(looked, around)
  const secure = firstOf(placesOf('secure', around, 'OS_CLIENT_SECURE_FILE'), around)
  const open = firstOf(placesOf('clouds-public', around), around)
  return {
    clouds: asEntries(merge(entriesOf(clouds, 'clouds'), entriesOf(secure, 'clouds'))),
    profiles: asEntries(entriesOf(open, 'public-clouds')),
    ...(clouds === undefined ? {} : { path: clouds.path }),
    looked
  }
}

function placesOf(stem: string, { env, directory }: Surroundings, variable?: string): string[] {
  const named = variable === undefined ? undefined : env[variable]
  const home = env.HOME
  const folders = [
    directory,
    ...(env.XDG_CONFIG_HOME ? [join(env.XDG_CONFIG_HOME, 'openstack')] : []),
    ...(home ? [join(home, '.config', 'openstack')] : []),
    '/etc/xdg/openstack',
    '/etc/openstack'
  ]
  const files = folders.flatMap(folder => ['yaml', 'yml', 'json'].map(ending => join(folder, `${stem}.${ending}`)))
  return named ? [named, ...files] : files
}

function firstOf(places: readonly string[], { env, readFile }: Surroundings) {
  for (const path of places) {
    const text = readFile(path)
    if (text !== undefined) return { path, content: contentOf(path, text) }
    // Going on to another file would use another cloud than the one that was asked for.
    if (path === env.OS_CLIENT_CONFIG_FILE) throw new ConfigError('OS_CLIENT_CONFIG_FILE', [`${path} can't be read`])
    if (path === env.OS_CLIENT_SECURE_FILE) throw new ConfigError('OS_CLIENT_SECURE_FILE', [`${path} can't be read`])
  }
  return undefined
}

function contentOf(path: string, text: string): Entry {
  try {
    const content: unknown = parse(text)
    if (isEntry(content)) return content
  } catch (error) {
    // The parser's message may quote a line with a secret, its position may not.
    const position = (error as { linePos?: readonly { line: number }[] }).linePos?.[0]?.line
    throw new ConfigError(path, [`is no YAML${position === undefined ? '' : `, see line ${position}`}`])
  }
  throw new ConfigError(path, ['is empty, or no mapping with the key "clouds"'])
}

function entriesOf(file: { path: string; content: Entry } | undefined, key: string): Entry {
  const clouds = file?.content[key]
  if (file === undefined || clouds === undefined || clouds === null) return {}
  if (isEntry(clouds)) return clouds
  throw new ConfigError(file.path, [`"${key}" is no mapping of names to clouds`])
}

function asEntries(clouds: Entry): Record<string, Entry> {
  return Object.fromEntries(Object.entries(clouds).map(([name, entry]) => [name, isEntry(entry) ? entry : {}]))
}

/** Deep: what `over` has wins, the rest of `base` stays. */
export function merge(base: Entry, over: Entry): Entry {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key]
    merged[key] = isEntry(old) && isEntry(value) ? merge(old, value) : value
  }
  return merged
}

export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
