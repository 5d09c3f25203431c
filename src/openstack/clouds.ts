import { ConfigError } from '../errors.ts'
import { type CloudSettings, settingsOf } from './access/cloud-entry.ts'
import { type CloudFiles, type Entry, isEntry, merge, readCloudFiles, type Surroundings } from './access/cloud-files.ts'

export type { CloudSettings } from './access/cloud-entry.ts'

/**
 * The cloud called `cloud`, else $OS_CLOUD, else what the OS_* variables describe, else the only one in clouds.yaml.
 * As with other OpenStack clients, OS_* variables are not mixed into a named cloud. Throws ConfigError with all mistakes.
 */
export function loadCloud(around: Surroundings, cloud?: string): CloudSettings {
  const { env } = around
  const files = readCloudFiles(around)
  const nameOfVariables = env.OS_CLOUD_NAME || 'envvars'
  const variables = authVariables.some(key => Boolean(env[key]))
  const wanted = cloud ?? (env.OS_CLOUD || undefined)
  if (variables && (wanted === undefined || (wanted === nameOfVariables && !(wanted in files.clouds)))) {
    return settingsOf(around, nameOfVariables, 'OS_* variables', entryOfVariables(env))
  }
  const name = wanted ?? onlyCloud(files)
  const entry = files.clouds[name]
  if (entry === undefined) throw new ConfigError(`cloud ${name}`, [`there is no such cloud: ${unknownCloud(files)}`])
  const source = `${files.path ?? 'secure.yaml'}, cloud ${name}`
  try {
    return settingsOf(around, name, source, withRegion(withProfile(entry, files, name)))
  } catch (error) {
    // What is missing may stand in a secure.yaml that we can't read.
    if (!(error instanceof ConfigError) || files.unreadable.length === 0) throw error
    throw new ConfigError(source, [...error.mistakes, ...files.unreadable])
  }
}

const authVariables = [
  'OS_AUTH_URL',
  'OS_USERNAME',
  'OS_USER_ID',
  'OS_PASSWORD',
  'OS_TOKEN',
  'OS_AUTH_TYPE',
  'OS_APPLICATION_CREDENTIAL_ID',
  'OS_APPLICATION_CREDENTIAL_NAME',
  'OS_APPLICATION_CREDENTIAL_SECRET'
]

function onlyCloud(files: CloudFiles): string {
  const names = Object.keys(files.clouds)
  const [name] = names
  if (name !== undefined && names.length === 1) return name
  if (name !== undefined) throw new ConfigError('cloud', [`name one of ${names.join(', ')} (cloud.name or OS_CLOUD)`])
  throw new ConfigError('cloud', [`no cloud is configured: ${unknownCloud(files)}`])
}

function unknownCloud(files: CloudFiles): string {
  if (files.path !== undefined) return `${files.path} has ${Object.keys(files.clouds).join(', ') || 'no cloud'}`
  if (files.unreadable.length > 0) return `${files.unreadable.join('; ')}; and no OS_AUTH_URL is set`
  return `there is no clouds.yaml (looked in ${files.looked.join(', ')}), and no OS_AUTH_URL is set`
}

function entryOfVariables(env: Surroundings['env']): Entry {
  const pairs = Object.entries(env).filter(([key]) => key.startsWith('OS_'))
  return Object.fromEntries(pairs.map(([key, value]) => [key.slice('OS_'.length).toLowerCase(), value]))
}

function withProfile(entry: Entry, files: CloudFiles, name: string): Entry {
  const profile = entry.profile ?? entry.cloud
  if (typeof profile !== 'string') return entry
  const defaults = files.profiles[profile]
  if (defaults !== undefined) return merge(defaults, entry)
  const hint = 'write its values into the cloud itself'
  throw new ConfigError(`cloud ${name}`, [`profile: clouds-public.yaml has no ${profile}; ${hint}`])
}

/** `regions` lists names, or names with values of their own; the first is ours. */
function withRegion(entry: Entry): Entry {
  const first: unknown = Array.isArray(entry.regions) ? entry.regions[0] : undefined
  if (typeof first === 'string') return { ...entry, region_name: first }
  if (!isEntry(first)) return entry
  return { ...merge(entry, isEntry(first.values) ? first.values : {}), region_name: first.name }
}
