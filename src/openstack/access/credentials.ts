import type { Credential, Identity, Scope } from './auth-body.ts'

/** The `auth` part of a cloud, as text by key; what is missing or contradictory is told to `mistake`. */
export interface AuthFields {
  readonly type: string | undefined
  readonly get: (key: string) => string | undefined
  readonly mistake: (message: string) => void
}

const methods: Readonly<Record<string, 'password' | 'application-credential' | 'token'>> = {
  password: 'password',
  v3password: 'password',
  v3applicationcredential: 'application-credential',
  token: 'token',
  v3token: 'token'
}

/** undefined after a mistake was told. */
export function credentialOf(fields: AuthFields): Credential | undefined {
  const { type, get, mistake } = fields
  const method = type === undefined ? methodOf(get) : methods[type]
  switch (method) {
    case 'password': {
      const user = identityOf(fields, 'user', get('user_id'), get('username'))
      const password = need(fields, 'password')
      return user === undefined || password === undefined ? undefined : { kind: 'password', user, password }
    }
    case 'application-credential':
      return applicationCredentialOf(fields)
    case 'token': {
      const token = need(fields, 'token')
      return token === undefined ? undefined : { kind: 'token', token }
    }
    default:
      mistake(`auth_type: ${type} is not known here; use ${Object.keys(methods).join(', ')}`)
      return undefined
  }
}

/** undefined for an application credential, which has its own, and after a mistake. */
export function scopeOf(fields: AuthFields, credential: Credential | undefined): Scope | undefined {
  const { get, mistake } = fields
  if (credential?.kind === 'application-credential') return undefined
  const system = get('system_scope')
  if (system === 'all') return { kind: 'system' }
  if (system !== undefined) mistake('system_scope: the only system scope is "all"')
  const trust = get('trust_id')
  if (trust !== undefined) return { kind: 'trust', id: trust }
  if (get('project_id') === undefined && get('project_name') === undefined) {
    mistake('auth.project_name or auth.project_id is missing: Nova wants the role admin in a project')
    return undefined
  }
  const project = identityOf(fields, 'project', get('project_id'), get('project_name'))
  return project === undefined ? undefined : { kind: 'project', project }
}

function methodOf(get: AuthFields['get']): 'password' | 'application-credential' | 'token' {
  const hasPassword = get('password') !== undefined
  if (!hasPassword && get('application_credential_secret') !== undefined) return 'application-credential'
  return !hasPassword && get('token') !== undefined ? 'token' : 'password'
}

function applicationCredentialOf(fields: AuthFields): Credential | undefined {
  const { get, mistake } = fields
  const secret = need(fields, 'application_credential_secret')
  const id = get('application_credential_id')
  const name = get('application_credential_name')
  if (id === undefined && name === undefined) {
    mistake('auth.application_credential_id is missing (or application_credential_name with the user)')
    return undefined
  }
  const user = id === undefined ? identityOf(fields, 'user', get('user_id'), get('username')) : undefined
  if (secret === undefined) return undefined
  if (id !== undefined) return { kind: 'application-credential', credential: { id }, secret }
  if (name === undefined || user === undefined) return undefined
  return { kind: 'application-credential', credential: { name, user }, secret }
}

function identityOf(
  { get, mistake }: AuthFields,
  what: 'user' | 'project',
  id: string | undefined,
  name: string | undefined
): Identity | undefined {
  if (id !== undefined) return { id }
  if (name === undefined) {
    mistake(`auth.${what === 'user' ? 'username' : 'project_name'} is missing (or ${what}_id)`)
    return undefined
  }
  const domainId = get(`${what}_domain_id`) ?? get('domain_id') ?? get('default_domain_id')
  const domainName = get(`${what}_domain_name`) ?? get('domain_name') ?? get('default_domain_name')
  if (get(`${what}_domain_name`) === undefined && domainId !== undefined) return { name, domain: { id: domainId } }
  if (domainName !== undefined) return { name, domain: { name: domainName } }
  mistake(`auth.${what}_domain_name is missing: a ${what} is named within its domain, often "Default"`)
  return undefined
}

function need({ get, mistake }: AuthFields, key: string): string | undefined {
  const value = get(key)
  if (value === undefined) mistake(`auth.${key} is missing`)
  return value
}
