import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from '@jest/globals'
import { Command } from 'commander'
import { addPeopleCommands } from '../../../src/cli/people/commands.ts'
import { secrets } from '../../http/support.ts'
import { paper, speak } from './speak.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  process.exitCode = 0
  for (const work of undo.splice(0).reverse()) await work()
})

const main = join(import.meta.dirname, '../../../src/main.ts')
const execute = promisify(execFile)

test.each([
  [['status', '--jsno'], 3, 'unknown option'],
  [['status', 'compute-01'], 3, 'too many arguments'],
  [['status', '--url'], 3, 'argument missing'],
  [['show'], 1, 'missing required argument']
])('a mistyped %j ends with %i: a monitor must not take it for a finding', async (words, code, text) => {
  const env = { PATH: process.env.PATH }
  const said = await execute(process.execPath, [main, ...words], { env }).catch((error: unknown) => error)
  expect(said).toMatchObject({ code, stderr: expect.stringContaining(text) })
})

test('help of status is no mistake', async () => {
  const { stdout } = await execute(process.execPath, [main, 'status', '--help'])
  expect(stdout).toMatch(/^Usage: switchover status/)
})

test('a mistake of our own in status is told with where it happened, and is no finding', async () => {
  const { url } = await speak(undo)
  const out = {
    write: () => {
      throw new TypeError('of our own')
    }
  }
  const err = paper()
  const program = new Command()
  const env = { SWITCHOVER_URL: url, SWITCHOVER_TOKEN: secrets.alice }
  addPeopleCommands(program, { env, out, err: err.out })
  await program.parseAsync(['status'], { from: 'user' })
  expect(process.exitCode).toBe(3)
  expect(err.text()).toMatch(/^switchover: TypeError: of our own\n +at /)
})
