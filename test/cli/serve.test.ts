import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'

const main = join(import.meta.dirname, '../../src/main.ts')
const secret = 'an-alarm-secret-of-letters'
const undo: (() => void)[] = []
afterEach(() => {
  for (const work of undo.splice(0).reverse()) work()
})

/** Text of a configuration; the cloud refuses us, and the service must live through that. */
const configText = (more: object = {}) =>
  JSON.stringify({
    listen: { port: 0 },
    store: { url: 'file:test.db' },
    auth: {
      alarms: { tokens: [{ name: 'aodh', secret }] },
      operators: { tokens: [{ name: 'olga', secret: `${secret}-2`, role: 'operator' }] }
    },
    segments: [
      {
        name: 'rack-a',
        hosts: { names: ['compute-01'] },
        spares: { names: ['spare-1'] },
        storage: 'shared',
        fencing: ['none']
      }
    ],
    ...more
  })

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'switchover-cli-'))
  undo.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

interface Run {
  readonly child: ChildProcess
  /** Resolves to the status and all that was written. */
  readonly ended: Promise<{ status: number | null; text: string }>
  /** Resolves to the first match in what was written; rejects when the process ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
}

/** A Keystone that lets nobody in: it answers at once, where one that is away would be tried again for long. */
async function refusingKeystone(): Promise<string> {
  const server = createServer((_request, response) =>
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}')
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3`
}

async function run(cwd: string, ...words: string[]): Promise<Run> {
  const env = {
    ...{ PATH: process.env.PATH, HOME: cwd, OS_AUTH_URL: await refusingKeystone(), OS_USERNAME: 'u', OS_PASSWORD: 'p' },
    ...{ OS_PROJECT_NAME: 'admin', OS_USER_DOMAIN_NAME: 'Default', OS_PROJECT_DOMAIN_NAME: 'Default' }
  }
  const child = spawn(process.execPath, [main, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  undo.push(() => child.kill('SIGKILL'))
  let text = ''
  const watchers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', data => {
      text += String(data)
      for (const watch of watchers) watch()
    })
  }
  const ended = new Promise<{ status: number | null; text: string }>(resolve =>
    child.once('close', status => resolve({ status, text }))
  )
  return {
    child,
    ended,
    until: pattern =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const match = pattern.exec(text)
          if (match !== null) resolve(match)
        }
        watchers.add(watch)
        watch()
        void ended.then(() => reject(new Error(`ended before ${pattern}: ${text}`)))
      })
  }
}

test('the service starts while the cloud refuses it, takes alarms, stops on SIGTERM and goes on where it was', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 's.yaml'), configText())
  for (const outcome of ['opened', 'joined']) {
    const service = await run(cwd, 'serve', '--config', 's.yaml')
    const [, port] = await service.until(/Server listening at http:\/\/127\.0\.0\.1:(\d+)/)
    const answer = await fetch(`http://127.0.0.1:${port}/v1/alarms/compute-01`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        alarm_id: `a-${outcome}`,
        alarm_name: 'host-down',
        current: 'alarm',
        previous: 'ok',
        severity: 'critical',
        reason: 'r',
        reason_data: {}
      })
    })
    expect(answer.status).toBe(202)
    expect(await answer.json()).toMatchObject({ outcome })
    service.child.kill('SIGTERM')
    const { status, text } = await service.ended
    expect(status).toBe(0)
    expect(text).toContain('"msg":"stopped"')
    expect(text).not.toContain(secret)
  }
})

test('a SIGHUP that comes before the service listens does not end it, and reads the file once more when it does', async () => {
  const cwd = folder()
  // Opened for writing when the service reads it, and not before.
  const file = join(cwd, 's.yaml')
  execFileSync('mkfifo', [file])
  const service = await run(cwd, 'serve', '--config', 's.yaml')
  const first = await open(file, 'w')
  service.child.kill('SIGHUP')
  await first.writeFile(configText())
  await first.close()
  await service.until(/Server listening/)
  await writeFile(file, configText())
  await service.until(/configuration loaded anew/)
  service.child.kill('SIGTERM')
  expect((await service.ended).status).toBe(0)
})

test('a request that never ends does not keep the service from stopping as it should', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 's.yaml'), configText())
  const service = await run(cwd, 'serve', '--config', 's.yaml')
  const [, port] = await service.until(/Server listening at http:\/\/127\.0\.0\.1:(\d+)/)
  const socket = connect(Number(port), '127.0.0.1')
  undo.push(() => socket.destroy())
  const head = [
    'POST /v1/alarms HTTP/1.1',
    `Host: x\r\nAuthorization: Bearer ${secret}`,
    'Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue'
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  // The server says "continue": it has begun with the request, whose body never comes.
  await once(socket, 'data')
  socket.on('error', () => undefined)
  service.child.kill('SIGTERM')
  const { status, text } = await service.ended
  expect(text).toContain('"msg":"stopped"')
  expect(status).toBe(0)
})

test('a second process on the same store is refused with a sentence', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 's.yaml'), configText())
  await (await run(cwd, 'serve', '--config', 's.yaml')).until(/Server listening/)
  const { status, text } = await (await run(cwd, 'serve', '--config', 's.yaml')).ended
  expect(status).toBe(1)
  expect(text).toMatch(/^switchover: store\.url: .*test\.db is in use by another process.*\n$/)
})

test('a port that is taken is named', async () => {
  const cwd = folder()
  const other: Server = createServer()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  undo.push(() => other.close())
  const { port } = other.address() as AddressInfo
  writeFileSync(join(cwd, 's.yaml'), configText({ listen: { port } }))
  const { status, text } = await (await run(cwd, 'serve', '--config', 's.yaml')).ended
  expect(status).toBe(1)
  expect(text).toContain(`switchover: listen: 127.0.0.1:${port} is in use by another process\n`)
})

test('what is wrong with the configuration is told line by line, and nothing is started', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 's.yaml'), configText({ armd: true, log: { level: 'loud' } }))
  const { status, text } = await (await run(cwd, 'serve', '--config', 's.yaml')).ended
  expect(status).toBe(1)
  expect(text).toBe(
    'switchover: s.yaml:\n  armd: is no setting (did you mean "armed"?)\n  log.level: must be one of trace, debug, info, warn, error\n'
  )
})

test('check names the agent whose cloud or certificate is wrong, and looks at the rest all the same', async () => {
  const cwd = folder()
  writeFileSync(
    join(cwd, 'clouds.yaml'),
    'clouds: { lab: { auth: { auth_url: "http://127.0.0.1:9", username: u, password: p, project_name: p, user_domain_name: d, project_domain_name: d } } }'
  )
  const more = {
    cloud: { name: 'lab' },
    fencing: { metal: { type: 'ironic', cloud: 'undercloud' } },
    segments: [
      {
        name: 'rack-a',
        hosts: { names: ['compute-01'] },
        spares: { names: ['spare-1'] },
        ...{ storage: 'shared', fencing: ['metal'] }
      }
    ]
  }
  writeFileSync(join(cwd, 's.yaml'), configText(more))
  const { status, text } = await (await run(cwd, 'check', '--config', 's.yaml')).ended
  expect(status).toBe(1)
  expect(text).toMatch(
    /^FAILED +cloud and BMCs +fencing\.metal: cloud undercloud: there is no such cloud: .*clouds\.yaml has lab$/m
  )
  expect(text).toMatch(/^FAILED +keystone /m)
})

test('check --offline reads the file alone', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 's.yaml'), configText({ calendars: { freeze: [] } }))
  const { status, text } = await (await run(cwd, 'check', '--config', 's.yaml', '--offline', '--json')).ended
  expect(status).toBe(0)
  const { checks } = JSON.parse(text) as { checks: { name: string }[] }
  expect(checks.map(({ name }) => name)).toEqual(['configuration', 'calendar freeze', 'rules'])
})

test('check tells in a table or in JSON what fails, with exit status 1', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 's.yaml'), configText())
  const { status, text } = await (await run(cwd, 'check', '--config', 's.yaml', '--json')).ended
  expect(status).toBe(1)
  const { ok, checks } = JSON.parse(text) as { ok: boolean; checks: { name: string; ok: boolean }[] }
  expect(ok).toBe(false)
  expect(checks.map(({ name, ok: well }) => `${name} ${well}`).slice(0, 3)).toEqual([
    'configuration true',
    'store true',
    'keystone login false'
  ])
  writeFileSync(join(cwd, 'bad.yaml'), configText({ armd: true }))
  const table = await (await run(cwd, 'check', '--config', 'bad.yaml')).ended
  expect(table.text).toBe('FAILED  configuration  armd: is no setting (did you mean "armed"?)\n\n1 check, 1 failed\n')
})

test('spares are not adopted while the cloud cannot be read', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 's.yaml'), configText())
  const { status, text } = await (await run(cwd, 'spares', 'adopt', 'rack-a', '--config', 's.yaml', '--yes')).ended
  expect(status).toBe(1)
  expect(text).toMatch(/^switchover: [^\n]+\n$/)
})

test('SIGHUP loads the file anew, keeps the old one if it is wrong, and does not stop the service', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 's.yaml'), configText())
  const service = await run(cwd, 'serve', '--config', 's.yaml')
  const [, port] = await service.until(/Server listening at http:\/\/127\.0\.0\.1:(\d+)/)
  await service.until(/switchover started/)
  const post = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/alarms/compute-01`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ alarm_id: 'a', current: 'alarm' })
    })
    return ((await answer.json()) as { outcome: string }).outcome
  }
  writeFileSync(join(cwd, 's.yaml'), configText({ rules: [{ name: 'none', when: 'true', then: 'ignore' }] }))
  service.child.kill('SIGHUP')
  await service.until(/configuration loaded anew/)
  expect(await post()).toBe('ignored')
  const segments = [
    {
      name: 'rack-b',
      armed: true,
      storage: 'shared',
      fencing: ['none'],
      ...{ hosts: { names: ['c1'] }, spares: { names: ['s1'] } }
    }
  ]
  writeFileSync(join(cwd, 's.yaml'), configText({ rules: [{ name: 'none', when: 'true', then: 'ignore' }], segments }))
  service.child.kill('SIGHUP')
  await service.until(/"segments":\["rack-b"\],"msg":"armed by the new configuration/)
  writeFileSync(join(cwd, 's.yaml'), configText({ rules: [{ name: 'none', when: 'true', then: 'ignore' }] }))
  service.child.kill('SIGHUP')
  await service.until(/"changed":\["segments"\],"newSegments":\["rack-a"\]/)
  writeFileSync(join(cwd, 's.yaml'), configText({ rules: [{ name: 'bad', when: 'hots == "a"', then: 'recover' }] }))
  service.child.kill('SIGHUP')
  await service.until(/unknown name \\"hots\\".*configuration not loaded/)
  expect(await post()).toBe('ignored')
  const health = await fetch(`http://127.0.0.1:${port}/health`, { headers: { authorization: `Bearer ${secret}-2` } })
  expect(await health.json()).toMatchObject({
    configuration: { needsRestart: [], failed: { mistakes: [expect.stringContaining('unknown name')] } }
  })
  service.child.kill('SIGTERM')
  expect((await service.ended).status).toBe(0)
})
