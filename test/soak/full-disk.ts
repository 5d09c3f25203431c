import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import type { Emulator } from '../../src/emulator/start-emulator.ts'
import { until } from '../e2e/until.ts'
import { allOf, type Delivered, deliverUntil, lostOrLeft } from './deliver.ts'
import { type Disk, openTmpfs } from './disk.ts'
import { createRawClient, type RawAnswer, type RawClient } from './raw.ts'
import { onStage, type Report, type Stage } from './stage.ts'
import { misplaced, movedTwice, serversOn } from './truth.ts'

const patienceMs = 120_000

/** The disk of the store, and of the service's log, fills up in the middle of a recovery, stays full for a while, and has room again. */
export async function fullDisk(): Promise<Report> {
  const slow = { spare: true as const, habits: { spawnMs: 10_000 } }
  const hosts = { 'compute-01': { servers: 6 }, 'compute-02': {}, 'compute-05': slow, 'compute-06': {} }
  const disk = openTmpfs(12)
  try {
    const wishes = () => ({
      hosts: ['compute-01', 'compute-02'],
      spares: ['compute-05'],
      perSpare: 2,
      hostsDownPercent: 60,
      more: { store: { url: `file:${databaseOn(disk)}` } }
    })
    return await onStage({ spec: { hosts }, wishes, place: { base: disk.folder } }, async stage => {
      const client = createRawClient(stage.service.url)
      try {
        return await play(stage, client, disk)
      } finally {
        client.close()
      }
    })
  } finally {
    disk.close()
  }
}

const databaseOn = ({ folder }: Disk) => join(folder, 'switchover.db')

async function play({ emulator, lab, service }: Stage, client: RawClient, disk: Disk): Promise<Report> {
  const servers = serversOn(emulator, 'compute-01')
  await lab.alarm(service.alarmUrl(), 'compute-01')
  await lab.panic('compute-01')
  const { id } = await service.opened('compute-01')
  await service.waitFor(id, 'servers to move', view => view.moveList.some(({ state }) => state === 'moving'))
  const ending = new AbortController()
  const delivering = deliverUntil(client, 'alarm', 4, ending.signal)
  await delay(500)
  fill(disk)
  const health = await until('/health to say so', patienceMs, async () => {
    const { body } = await service.request('GET', '/health')
    const { status, store } = body as Health
    return status === 'down' && !store.ok ? store : undefined
  })
  const ready = await service.request('GET', '/health/ready')
  await delay(3000)
  const isAlive = service.running()
  rmSync(join(disk.folder, 'filler'))
  await until(
    'it to be ready again',
    patienceMs,
    async () => (await service.request('GET', '/health/ready')).status === 200
  )
  await delay(1000)
  ending.abort()
  const delivered = await delivering
  const { state } = await service.waitFor(id, 'the recovery to end', view => view.state === 'recovered', patienceMs)
  const stored = await allOf<{ id: string; alarm?: { id: string } }>(service, '/v1/signals')
  await service.stop()
  return {
    figures: {
      ...countsOf(delivered),
      stored: stored.length,
      '/health said': health.error ?? '',
      'the recovery ended': state
    },
    broken: [
      ...judge(delivered, ready.status, isAlive),
      ...lostOrLeft(delivered, stored),
      ...unsound(databaseOn(disk)),
      ...lawsOf(emulator, servers)
    ]
  }
}

interface Health {
  readonly status: string
  readonly store: { readonly ok: boolean; readonly error?: string }
}

/** Until not a byte more fits. */
function fill({ folder }: Disk): void {
  const file = openSync(join(folder, 'filler'), 'w')
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size))
    } catch {
      // Full, for pieces of this size.
    }
  }
  closeSync(file)
}

function countsOf(delivered: readonly Delivered[]) {
  const count = (status: number) => delivered.filter(({ answer }) => answer.status === status).length
  return { offered: delivered.length, acknowledged: count(202), 'refused with 503': count(503) }
}

function judge(delivered: readonly Delivered[], ready: number, isAlive: boolean): string[] {
  const refused = delivered.filter(({ answer }) => answer.status !== 202)
  return [
    ...(isAlive ? [] : ['the service ended']),
    ...(ready === 503 ? [] : [`/health/ready answered ${ready}`]),
    ...(refused.length > 0 ? [] : ['no alarm was refused: the disk was not full']),
    ...refused.flatMap(({ answer }) =>
      isClear(answer) ? [] : [`refused with ${answer.status} ${answer.type} ${answer.text}`]
    )
  ]
}

function isClear({ status, type, text }: RawAnswer): boolean {
  return status === 503 && type.startsWith('application/problem+json') && /disk of the database is full/.test(text)
}

function unsound(path: string): string[] {
  const database = new DatabaseSync(path)
  const check = database.prepare('PRAGMA integrity_check').get()?.integrity_check
  const strays = database.prepare('PRAGMA foreign_key_check').all()
  database.close()
  return check === 'ok' && strays.length === 0
    ? []
    : [`the database: ${String(check)}, ${strays.length} rows without their parent`]
}

function lawsOf(emulator: Emulator, servers: readonly string[]): string[] {
  return [...misplaced(emulator, servers), ...movedTwice(emulator)]
}
