/** A service of the cloud by the name that the driver's `env` has for it. */
export type ServiceName = 'keystone' | 'nova' | 'placement' | 'glance' | 'neutron' | 'aodh' | 'gnocchi' | 'ironic'

export interface ApiRequest {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Of Nova; 2.93 if not given. */
  readonly microversion?: string
}

/** Any answer is an answer: nothing is thrown for a status. */
export interface ApiAnswer {
  readonly code: number
  readonly headers: Headers
  /** Parsed, if it is JSON. */
  readonly body: unknown
}

export interface Api {
  call(service: ServiceName, method: string, path: string, request?: ApiRequest): Promise<ApiAnswer>
}

/** The newest that Zed knows, and all later ones know too. */
const microversion = '2.93'
/** Longer than Nova waits for a host that does not answer. */
const limitMs = 120_000

/** Sends a request; `fetch`, or what watches it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** `env`: what the driver's `env` prints. */
export function createApi(env: Readonly<Record<string, string>>, through: Fetch = fetch): Api {
  let token: Promise<string> | undefined
  return {
    async call(service, method, path, { body, headers = {}, microversion: version = microversion } = {}) {
      token ??= login(env, through)
      return await send(through, `${need(env, `LAB_${service.toUpperCase()}_URL`)}${path}`, method, body, {
        'x-auth-token': await token,
        accept: 'application/json',
        'openstack-api-version': service === 'placement' ? 'placement 1.39' : `compute ${version}`,
        ...(service === 'ironic' ? { 'x-openstack-ironic-api-version': '1.78' } : {}),
        ...headers
      })
    }
  }
}

async function send(
  through: Fetch,
  url: string,
  method: string,
  body: unknown,
  headers: Readonly<Record<string, string>>
): Promise<ApiAnswer> {
  const answer = await through(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(limitMs)
  })
  return { code: answer.status, headers: answer.headers, body: parsed(await answer.text()) }
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function login(env: Readonly<Record<string, string>>, through: Fetch): Promise<string> {
  const domain = { name: need(env, 'OS_USER_DOMAIN_NAME') }
  const user = { name: need(env, 'OS_USERNAME'), password: need(env, 'OS_PASSWORD'), domain }
  const project = { name: need(env, 'OS_PROJECT_NAME'), domain: { name: need(env, 'OS_PROJECT_DOMAIN_NAME') } }
  const auth = { identity: { methods: ['password'], password: { user } }, scope: { project } }
  const answer = await send(through, `${need(env, 'OS_AUTH_URL')}/auth/tokens`, 'POST', { auth }, {})
  const token = answer.headers.get('x-subject-token')
  if (token === null) throw new Error(`Keystone answered ${answer.code}: ${JSON.stringify(answer.body)}`)
  return token
}

function need(env: Readonly<Record<string, string>>, name: string): string {
  const value = env[name]
  if (value === undefined) throw new Error(`the driver's env names no ${name}`)
  return value
}
