import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { ConfigError, messageOf } from '../../errors.ts'

export type Entry = Readonly<Record<string, unknown>>
/** A file's text; undefined when there is none. Throws when there is something that can't be read as a file. */
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
  /** What is there but can't be read, with the reason: it was passed over, as the openstack client does. */
  readonly unreadable: readonly string[]
}

/** clouds.yaml, with secure.yaml laid over it, each from the first place that has one. Throws ConfigError. */
export function readCloudFiles(around: Surroundings): CloudFiles {
  const looked = placesOf('clouds', around, 'OS_CLIENT_CONFIG_FILE')
  const unreadable = new Map<string, string>()
  const clouds = firstOf(looked, around, unreadable)
  const secure = firstOf(placesOf('secure', around, 'OS_CLIENT_SECURE_FILE'), around, unreadable)
  const open = firstOf(placesOf('clouds-public', around), around, unreadable)
  return {
    clouds: asEntries(merge(entriesOf(clouds, 'clouds'), entriesOf(secure, 'clouds'))),
    profiles: asEntries(entriesOf(open, 'public-clouds')),
    ...(clouds === undefined ? {} : { path: clouds.path }),
    looked,
    unreadable: [...unreadable.values()]
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

/** `unreadable` gets the first of each folder: one that may not be entered says the same of each name. */
function firstOf(places: readonly string[], { env, readFile }: Surroundings, unreadable: Map<string, string>) {
  for (const path of places) {
    let because = ''
    try {
      const text = readFile(path)
      if (text !== undefined) return { path, content: contentOf(path, text) }
    } catch (error) {
      if (error instanceof ConfigError) throw error
      because = `: ${messageOf(error)}`
      if (!unreadable.has(dirname(path))) unreadable.set(dirname(path), `${path} can't be read${because}`)
    }
    // Going on to another file would use another cloud than the one that was asked for.
    const variable = ['OS_CLIENT_CONFIG_FILE', 'OS_CLIENT_SECURE_FILE'].find(name => path === env[name])
    if (variable !== undefined) throw new ConfigError(variable, [`${path} can't be read${because}`])
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
