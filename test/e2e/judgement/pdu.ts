#!/usr/bin/env node
/**
 * A power distribution unit with an outlet of each feed for each host, and a heartbeat on storage that the hosts share; its state
 * lies in a folder. `pdu.ts FOLDER status|off` is a fencing agent of docs/safety.md; `pdu.ts FOLDER heartbeat HOST` a probe.
 * A host whose outlets (FEEDS) are all off loses its power, by the lab's word.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder = '', verb = '', named] = process.argv.slice(2)
const {
  SWITCHOVER_AGENT: agent = '',
  SWITCHOVER_HOST: host = named ?? '',
  FEEDS: feeds = '',
  LAB: lab = ''
} = process.env

/** What the test has written there: `refuses`, `stuck`, `away`. */
function trouble(of: string): string {
  const file = join(folder, `${of}.trouble`)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function outlet(feed: string): string {
  return join(folder, `${host}.${feed}.off`)
}

function status(): number {
  if (trouble(agent) === 'refuses') return fail(3, 'the unit refuses the password')
  console.log(JSON.stringify({ power: existsSync(outlet(agent)) ? 'off' : 'on', identity: `${agent} of ${host}` }))
  return 0
}

function off(): number {
  if (trouble(agent) === 'refuses') return fail(3, 'the unit refuses the password')
  if (trouble(agent) === 'stuck') return 0
  writeFileSync(outlet(agent), '')
  if (feeds.split(',').every(feed => existsSync(outlet(feed)))) execFileSync(lab, ['host', 'off', host])
  return 0
}

function heartbeat(): number {
  if (trouble('heartbeat') === 'away') return fail(1, 'the storage does not answer')
  const silent = existsSync(join(folder, `${host}.silent`))
  console.log(silent ? 'the last heartbeat is old' : 'a heartbeat of a moment ago')
  return silent ? 10 : 0
}

function fail(code: number, why: string): number {
  console.error(why)
  return code
}

process.exitCode = verb === 'status' ? status() : verb === 'off' ? off() : heartbeat()
