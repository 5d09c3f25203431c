import { randomUUID } from 'node:crypto'
import { uuidOf } from '../../model/ids.ts'
import { Refusal } from '../../model/refusal.ts'

export interface Project {
  readonly id: string
  readonly name: string
}

export interface User {
  readonly id: string
  readonly name: string
  readonly password: string
  readonly project: Project
  readonly roles: readonly string[]
}

/** A login that counts until it expires. */
export interface TokenRecord {
  readonly id: string
  readonly user: User
  readonly methods: readonly string[]
  /** undefined: in no project. */
  readonly project: Project | undefined
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

/** With it its user logs in to its own project, and until its end. */
export interface ApplicationCredential {
  readonly id: string
  readonly name: string
  readonly secret: string
  readonly user: User
  readonly expiresAtMs?: number | undefined
}

export interface Identity {
  readonly users: readonly User[]
  readonly projects: readonly Project[]
  /** By id; one is there from the start. */
  readonly credentials: Map<string, ApplicationCredential>
  issue(user: User, project: Project | undefined, methods: readonly string[], notAfterMs?: number): TokenRecord
  /** undefined when it is none, or has ended. */
  find(token: string | undefined): TokenRecord | undefined
  revoke(token: string): void
  /** Every token ends. */
  revokeAll(): void
}

export const labPassword = 'labpass'
export const region = 'RegionOne'
export const domain = { id: 'default', name: 'Default' }

const plainId = (text: string): string => uuidOf(text).replaceAll('-', '')
const projectNamed = (name: string): Project => ({ id: plainId(`project/${name}`), name })
export const adminProject = projectNamed('admin')

/** `admin` may do everything; `demo` is a member of a project of its own. */
export function createIdentity(tokenSeconds = 3600): Identity {
  const projects = [adminProject, projectNamed('demo')]
  const users = projects.map((project): User => {
    const { name } = project
    const roles = name === 'admin' ? ['admin', 'member', 'reader'] : ['member', 'reader']
    return { id: plainId(`user/${name}`), name, password: labPassword, project, roles }
  })
  const [admin] = users
  if (admin === undefined) throw new Refusal(500, 'there is no admin')
  const tokens = new Map<string, TokenRecord>()
  const first = {
    id: plainId('application-credential/switchover'),
    name: 'switchover',
    secret: labPassword,
    user: admin
  }
  return {
    users,
    projects,
    credentials: new Map([[first.id, first]]),
    issue(user, project, methods, notAfterMs = Number.POSITIVE_INFINITY) {
      const issuedAtMs = Date.now()
      const token = {
        id: randomUUID(),
        user,
        methods,
        project,
        issuedAtMs,
        expiresAtMs: Math.min(issuedAtMs + tokenSeconds * 1000, notAfterMs)
      }
      tokens.set(token.id, token)
      return token
    },
    find(id) {
      const token = id === undefined ? undefined : tokens.get(id)
      return token !== undefined && Date.now() < token.expiresAtMs ? token : undefined
    },
    revoke: id => void tokens.delete(id),
    revokeAll: () => tokens.clear()
  }
}
