import { afterEach } from '@jest/globals'
import { type Clock, type MachineTime, machineTime, systemClock } from '../../src/clock.ts'
import { type CallReport, connectOpenStack, type OpenStack } from '../../src/openstack/connect.ts'
import { type Answer, type Asked, startServer, type TestServer } from './with-server.ts'

/** Answers by "METHOD /path" (without the query); the last of several is repeated. A function sees the request. */
export type Routes = Record<string, Answer | readonly Answer[] | ((asked: Asked) => Answer | Promise<Answer>)>

export interface SmallCloud {
  readonly openstack: OpenStack
  readonly server: TestServer
  readonly logged: { level: string; data: Record<string, unknown>; message: string }[]
  readonly reports: CallReport[]
  /** What was asked of one path, the query aside. */
  asked(route: string): Asked[]
  close(): Promise<void>
}

export const password = 'pa55word-of-the-test'

const opened = new Set<SmallCloud>()

/** A test that failed must not leave a server behind that keeps the process alive. */
afterEach(async () => {
  for (const cloud of opened) await cloud.close()
})

/** One server that is Keystone and every other service, and the adapters connected to it. */
export async function startCloud(
  routes: Routes,
  options: {
    env?: Record<string, string>
    clock?: Clock
    machine?: MachineTime
    tls?: 'server' | 'mutual'
    services?: string[]
    loginTimeoutMs?: number
  } = {}
): Promise<SmallCloud> {
  const counts = new Map<string, number>()
  const types = options.services ?? ['compute', 'placement', 'alarming', 'network', 'metric', 'block-storage']
  const server: TestServer = await startServer(asked => {
    const route = `${asked.method} ${asked.path.split('?')[0]}`
    const count = counts.get(route) ?? 0
    counts.set(route, count + 1)
    const answers = routes[route] ?? standard(route, server.url, types, count)
    if (typeof answers === 'function') return answers(asked)
    if (!isMany(answers)) return answers
    return answers[Math.min(count, answers.length - 1)]!
  }, options.tls)
  const logged: SmallCloud['logged'] = []
  const reports: CallReport[] = []
  const note = (level: string) => (data: object, message: string) =>
    void logged.push({ level, data: data as Record<string, unknown>, message })
  const openstack = await connectOpenStack({
    env: { ...environment(server.url), ...options.env },
    clock: options.clock ?? systemClock,
    machine: options.machine ?? machineTime,
    ...(options.loginTimeoutMs === undefined ? {} : { loginTimeoutMs: options.loginTimeoutMs }),
    log: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
    onCall: report => void reports.push(report)
  })
  const cloud: SmallCloud = {
    openstack,
    server,
    logged,
    reports,
    asked: route => server.asked.filter(one => `${one.method} ${one.path.split('?')[0]}` === route),
    close: async () => {
      opened.delete(cloud)
      openstack.close()
      await server.close()
    }
  }
  opened.add(cloud)
  return cloud
}

export function environment(url: string): Record<string, string> {
  return {
    OS_AUTH_URL: `${url}/identity/v3`,
    OS_USERNAME: 'switchover',
    OS_PASSWORD: password,
    OS_PROJECT_NAME: 'admin',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default'
  }
}

/** A login; `number` makes the token tell itself from others. */
export function login(url: string, number: number, types: readonly string[], seconds = 3600): Answer {
  const atMs = Date.now()
  const catalog = types.map(type => ({
    type,
    endpoints: [{ interface: 'public', region_id: 'RegionOne', url: `${url}/${type}` }]
  }))
  const token = {
    issued_at: new Date(atMs).toISOString(),
    expires_at: new Date(atMs + seconds * 1000).toISOString(),
    user: { name: 'switchover' },
    project: { id: 'p1', name: 'admin' },
    roles: [{ name: 'admin' }],
    catalog
  }
  return [201, { token }, { 'x-subject-token': `token-${number}` }]
}

function isMany(answers: Answer | readonly Answer[]): answers is readonly Answer[] {
  return Array.isArray(answers) && typeof answers[0] !== 'number'
}

function standard(route: string, url: string, types: readonly string[], count: number): Answer {
  if (route === 'POST /identity/v3/auth/tokens') return login(url, count + 1, types)
  if (route === 'GET /compute/v2.1/') return [200, { version: { version: '2.96', min_version: '2.1' } }]
  return [404, { itemNotFound: { code: 404, message: `nothing at ${route}` } }]
}

/** A clock whose sleeps are over at once, and are written down. */
export function createSkippingClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  let aheadMs = 0
  return {
    slept,
    now: () => Date.now() + aheadMs,
    async sleep(ms) {
      slept.push(ms)
      aheadMs += ms
    }
  }
}
