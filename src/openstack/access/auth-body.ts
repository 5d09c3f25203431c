/** Who logs in. A name needs its domain, an id does not. */
export type Identity =
  | { readonly id: string }
  | { readonly name: string; readonly domain: { readonly id: string } | { readonly name: string } }

export type Credential =
  | { readonly kind: 'password'; readonly user: Identity; readonly password: string }
  | {
      readonly kind: 'application-credential'
      readonly credential: { readonly id: string } | { readonly name: string; readonly user: Identity }
      readonly secret: string
    }
  | { readonly kind: 'token'; readonly token: string }

export type Scope =
  | { readonly kind: 'project'; readonly project: Identity }
  | { readonly kind: 'system' }
  | { readonly kind: 'trust'; readonly id: string }

/** The body of POST /v3/auth/tokens. An application credential brings its own project: Keystone refuses a scope with it. */
export function authBody(credential: Credential, scope: Scope | undefined): object {
  const identity = identityOf(credential)
  if (credential.kind === 'application-credential' || scope === undefined) return { auth: { identity } }
  return { auth: { identity, scope: scopeOf(scope) } }
}

/** What must never be shown. */
export function secretsOf(credential: Credential): string[] {
  switch (credential.kind) {
    case 'password':
      return [credential.password]
    case 'application-credential':
      return [credential.secret]
    case 'token':
      return [credential.token]
  }
}

function identityOf(credential: Credential): object {
  switch (credential.kind) {
    case 'password':
      return { methods: ['password'], password: { user: { ...credential.user, password: credential.password } } }
    case 'application-credential':
      return {
        methods: ['application_credential'],
        application_credential: { ...credential.credential, secret: credential.secret }
      }
    case 'token':
      return { methods: ['token'], token: { id: credential.token } }
  }
}

function scopeOf(scope: Scope): object {
  switch (scope.kind) {
    case 'project':
      return { project: scope.project }
    case 'system':
      return { system: { all: true } }
    case 'trust':
      return { 'OS-TRUST:trust': { id: scope.id } }
  }
}
