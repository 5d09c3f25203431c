import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'

const main = join(import.meta.dirname, '../../../src/main.ts')
/** For a machine that is busy with much else: nothing here depends on how long it takes. */
const limitMs = 240_000
const undo: (() => void)[] = []
afterEach(() => {
  for (const work of undo.splice(0).reverse()) work()
})

interface Run {
  /** Resolves to the exit status and all that was written. */
  readonly ended: Promise<{ readonly status: number | null; readonly text: string }>
  /** Resolves when this was written. */
  wrote(words: string): Promise<void>
  interrupt(): void
  /** Its own folder for temporary files. */
  readonly temporary: string
}

function runDemo(...words: string[]): Run {
  const temporary = mkdtempSync(join(tmpdir(), 'switchover-test-'))
  const env = { PATH: process.env.PATH, TMPDIR: temporary }
  const child = spawn(process.execPath, [main, 'demo', ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  undo.push(() => rmSync(temporary, { recursive: true, force: true }))
  undo.push(() => child.kill('SIGKILL'))
  let text = ''
  let look = (): void => undefined
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', data => {
      text += String(data)
      look()
    })
  }
  const ended: Run['ended'] = new Promise(resolve => child.once('close', status => resolve({ status, text })))
  return {
    ended,
    temporary,
    interrupt: () => void child.kill('SIGINT'),
    wrote: words =>
      new Promise((resolve, reject) => {
        look = () => {
          if (text.includes(words)) resolve()
        }
        look()
        void ended.then(() => reject(new Error(`it ended without "${words}":\n${text}`)))
      })
  }
}

test(
  'a host dies and is recovered: plain lines, a report, a picture, and nothing is left behind',
  async () => {
    const pictures = mkdtempSync(join(tmpdir(), 'switchover-picture-'))
    undo.push(() => rmSync(pictures, { recursive: true, force: true }))
    const picture = join(pictures, 'demo.svg')
    const run = runDemo('--hosts', '3', '--servers', '4', '--seed', '2', '--capture', picture)
    const { status, text } = await run.ended
    const story = [
      / it only observes: 2 hosts with 4 servers, and compute-03 in reserve\n/,
      / if (compute-0[12]) died now: \d of \d servers would move to compute-03 .* only observes/,
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
    let rest = text
    for (const sentence of story) {
      expect(rest).toMatch(sentence)
      rest = rest.slice(rest.search(sentence))
    }
    expect(text).not.toContain('\u001b')
    expect(status).toBe(0)
    expect(readdirSync(run.temporary)).toEqual([])
    const svg = readFileSync(picture, 'utf8')
    expect(svg).toContain('>fencing</text>')
    expect(svg).toContain('>All is well.</text>')
  },
  limitMs
)

test(
  'interrupted in the middle it ends at once, says so by its status, and leaves nothing behind',
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

test('a port that is taken is named, and nothing is left behind', async () => {
  const other = createServer()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  undo.push(() => other.close())
  const { port } = other.address() as AddressInfo
  const run = runDemo('--port', String(port))
  const { status, text } = await run.ended
  expect(text).toContain(`switchover: listen: 127.0.0.1:${port} is in use by another process\n`)
  expect(status).toBe(1)
  expect(readdirSync(run.temporary)).toEqual([])
}, 60_000)

test('what the command line says wrongly is told all at once', async () => {
  const { status, text } = await runDemo('--hosts', '1', '--servers', 'many', '--port', '0').ended
  expect(text).toBe(
    [
      'switchover: demo:',
      '  --hosts must be a whole number from 2 to 500',
      '  --servers must be a whole number from 1 to 20000',
      '  --port must be a whole number from 1 to 65535',
      ''
    ].join('\n')
  )
  expect(status).toBe(1)
}, 60_000)

test('a folder without a scenario is named', async () => {
  const { status, text } = await runDemo('--scenario', '/no/such/folder').ended
  expect(text).toMatch(/^switchover: --scenario: \/no\/such\/folder\/scenario\.json: [^\n]+\n$/)
  expect(status).toBe(1)
}, 60_000)
