import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Run, startDemo } from './start-demo.ts'

const execute = promisify(execFile)
const main = join(import.meta.dirname, '../../../src/main.ts')

/** For a machine that is busy with much else: nothing here depends on how long it takes. */
const limitMs = 600_000
const undo: (() => void)[] = []
afterAll(() => {
  for (const work of undo.splice(0).reverse()) work()
})
const runDemo = (...words: string[]) => startDemo(words, undo)

const folder = mkdtempSync(join(tmpdir(), 'switchover-demo-test-'))
undo.push(() => rmSync(folder, { recursive: true, force: true }))
const picture = join(folder, 'demo.svg')

/** A false alarm, of which the scenario expects what will not come. */
const scenario = {
  world: { hosts: { 'compute-01': { servers: 1 }, 'spare-1': { spare: true } } },
  segment: { settings: { confirm: { downMs: 2000, timeoutMs: 5000 } } },
  events: [{ at: 0, do: 'alarm', host: 'compute-01' }],
  expect: { 'compute-01': 'recovered' }
}

// Most of a demo is waiting, so those that are played to their end are played at the same time.
let played: Run
let served: Run
let falseAlarm: Run
beforeAll(() => {
  writeFileSync(join(folder, 'scenario.json'), JSON.stringify(scenario))
  falseAlarm = runDemo('--scenario', folder)
  played = runDemo('--hosts', '3', '--servers', '4', '--seed', '2', '--capture', picture)
  served = runDemo('--hosts', '4', '--servers', '2', '--serve')
})

const story = [
  / it only observes: 2 hosts with 4 servers, and compute-03 in reserve\n/,
  / if (compute-0[12]) died now: 2 of 2 servers would move to compute-03 .* only observes/,
  / olga, an operator, arms it over the API\n/,
  / compute-0[12] panics: /,
  / Aodh POSTs the alarm host-down-compute-0[12] /,
  / the host is dead: /,
  / compute-0[12] is off: fenced by bmc, two readings\n/,
  / evacuate web-0[12] to compute-03: done\n/,
  / every server is where and as it should be\n/,
  /\n What happened\n/,
  / run on exactly one hypervisor/,
  /\n twice +none, in \d+ looks at every hypervisor\n/,
  / recovered, 2 of 2 servers moved to compute-03 /,
  / rack-a has no spare left/,
  /\n All is well\.\n/
]

test(
  'a host dies and is recovered: plain lines, a report, a picture, and nothing is left behind',
  async () => {
    const { status, text } = await played.ended
    let rest = text
    for (const sentence of story) {
      expect(rest).toMatch(sentence)
      rest = rest.slice(rest.search(sentence))
    }
    expect(text).not.toContain('\u001b')
    expect(status).toBe(0)
    expect(readdirSync(played.temporary)).toEqual([])
    const svg = readFileSync(picture, 'utf8')
    expect(svg).toContain('>fencing</text>')
    expect(svg).toContain('>All is well.</text>')
  },
  limitMs
)

test(
  'with --serve everything stays up, and what is printed can be tried, until it is interrupted',
  async () => {
    const text = await served.wrote('The API in a browser')
    const [, url = '', token = ''] = /SWITCHOVER_URL=(\S+) SWITCHOVER_TOKEN=(\w+)/.exec(text) ?? []
    const [, lab = ''] = /lab=(\S+)/.exec(text) ?? []
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const health = await fetch(`${url}/health`, { headers })
    expect(await health.json()).toMatchObject({ mode: 'armed', recoveries: { recovered: 1 } })

    const [, host = ''] = /switchover recover (\S+) --reason 'a test'/.exec(text) ?? []
    const env = { ...process.env, SWITCHOVER_URL: url, SWITCHOVER_TOKEN: token }
    const said = await execute(process.execPath, [main, 'recover', host, '--reason', 'a test', '--yes'], { env })
    expect(said.stdout).toContain('opened')
    await served.wrote('an operator asked for it')

    const words = [...text.matchAll(/-d '(\{"words":.*?\})' "\$lab"/g)].map(match => match[1] ?? '')
    expect(words.length).toBeGreaterThan(5)
    for (const body of words) {
      const answer = await fetch(lab, { method: 'POST', headers, body })
      expect(await answer.json()).toMatchObject({ status: 0 })
    }

    served.interrupt()
    const { status } = await served.ended
    expect(status).toBe(0)
    expect(readdirSync(served.temporary)).toEqual([])
  },
  limitMs
)

test(
  'a scenario is played in real time, and an end that it does not expect makes the exit status 1',
  async () => {
    const { status, text } = await falseAlarm.ended
    expect(text).toMatch(/ \* alarm compute-01: Aodh POSTs its alarm\n/)
    expect(text).toMatch(/\n Not all is well:\n +compute-01 should be recovered, and is dismissed\n/)
    expect(status).toBe(1)
    expect(readdirSync(falseAlarm.temporary)).toEqual([])
  },
  limitMs
)

test(
  'interrupted in the middle it says so by its status, and leaves nothing behind',
  async () => {
    const run = runDemo('--hosts', '2', '--servers', '1')
    await run.wrote('arms it over the API')
    run.interrupt()
    const { status } = await run.ended
    expect(status).toBe(130)
    expect(readdirSync(run.temporary)).toEqual([])
  },
  limitMs
)

test(
  'a port that is taken is named, and nothing is left behind',
  async () => {
    const other = createServer()
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    undo.push(() => other.close())
    const { port } = other.address() as AddressInfo
    const run = runDemo('--port', String(port))
    const { status, text } = await run.ended
    expect(text).toContain(`switchover: listen: 127.0.0.1:${port} is in use by another process\n`)
    expect(status).toBe(1)
    expect(readdirSync(run.temporary)).toEqual([])
  },
  limitMs
)
