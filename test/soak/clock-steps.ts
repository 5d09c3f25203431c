import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecoveryView } from '../e2e/views.ts'
import { gapsIn } from './kill-loop.ts'
import { onStage, type Report, type Stage } from './stage.ts'
import { misplaced, movedTwice, serversOn, wronged } from './truth.ts'

/** Debian's libfaketime: it tells the service another time of day; the clock that only measures goes on as it is. */
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'
const stepsHours = [3, -2]
const states = ['confirming', 'fencing', 'moving']
/** A recovery of this cloud takes less than a minute; one that waits for hours to pass takes hours. */
const endsWithinMs = 120_000
const downMs = 8000
const hosts = {
  ...{ 'compute-01': { servers: 4 }, 'compute-02': { servers: 1 }, 'compute-03': {}, 'compute-04': {} },
  ...{ 'compute-05': { spare: true as const, habits: { spawnMs: 10_000 } }, 'compute-06': {} }
}

/** The time of day of the service's machine steps by hours, forwards and backwards, in each state of a recovery. */
export async function clockSteps(): Promise<Report> {
  if (!existsSync(library)) throw new Error(`this soak needs libfaketime (apt-get install libfaketime): ${library}`)
  const figures: Record<string, string> = {}
  const broken: string[] = []
  for (const hours of stepsHours) {
    for (const state of states) {
      const name = `${hours > 0 ? '+' : ''}${hours} h while ${state}`
      const { took, objections } = await withSteppingClock(stepping => playCase(stepping, hours, state)).catch(inVain)
      figures[name] = took
      broken.push(...objections.map(objection => `${name}: ${objection}`))
    }
  }
  return { figures, broken }
}

/** What did not come in time is a law that broke like any other. */
function inVain(error: unknown): Case {
  return { took: 'did not end', objections: [String(error)] }
}

interface Case {
  readonly took: string
  readonly objections: readonly string[]
}

interface Stepping {
  readonly env: Readonly<Record<string, string>>
  step(hours: number): void
}

async function withSteppingClock<T>(play: (stepping: Stepping) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'switchover-clock-'))
  const file = join(folder, 'offset')
  writeFileSync(file, '+0\n')
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1'
  }
  try {
    return await play({ env, step: hours => writeFileSync(file, `${hours > 0 ? '+' : ''}${hours * 3600}\n`) })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function playCase({ env, step }: Stepping, hours: number, state: string): Promise<Case> {
  const wishes = () => ({ spares: ['compute-05'], perSpare: 2 })
  return await onStage({ spec: { hosts }, wishes, place: { env } }, async stage => {
    const { emulator, lab, service } = stage
    const ids = [...serversOn(emulator, 'compute-01'), ...serversOn(emulator, 'compute-02')]
    await lab.alarm(service.alarmUrl(), 'compute-01')
    await lab.panic('compute-01')
    const pannickedAtMs = Date.now()
    const { id } = await service.opened('compute-01')
    await service.waitFor(id, `it to be ${state}`, view => isIn(view, state))
    step(hours)
    const steppedAtMs = Date.now()
    // A false alarm on top of it: the host is well.
    await lab.alarm(service.alarmUrl(), 'compute-02')
    await lab.emit('compute-02')
    const view = await service.waitFor(id, 'the end', ({ state: now }) => now === 'recovered', endsWithinMs)
    const other = await service.opened('compute-02')
    await service.waitFor(
      other.id,
      'the false alarm to be dismissed',
      ({ state: now }) => now === 'dismissed',
      endsWithinMs
    )
    return {
      took: `ended ${Math.round((Date.now() - steppedAtMs) / 1000)} s later`,
      objections: judge(stage, view, ids, pannickedAtMs)
    }
  })
}

/** A move has been asked for, so that its time can run out. */
function isIn(view: RecoveryView, state: string): boolean {
  return view.state === state && (state !== 'moving' || view.moveList.some(move => move.state === 'moving'))
}

function judge({ emulator }: Stage, view: RecoveryView, ids: readonly string[], sinceMs: number): string[] {
  const powerOff = emulator.world.deeds.find(({ kind }) => kind === 'powerOff')
  const early = powerOff === undefined || powerOff.atMs - sinceMs < downMs - 1000
  // A step forwards may be a standstill, so the time to find a verdict is over: it is held for that, and looks on.
  const holds = view.timeline.filter(({ text }) => text.startsWith('held') && !text.startsWith('held: no verdict'))
  return [
    ...(early ? [`powered off ${(powerOff?.atMs ?? 0) - sinceMs} ms after its death`] : []),
    ...holds.map(({ text }) => text),
    ...misplaced(emulator, ids),
    ...movedTwice(emulator),
    ...wronged(emulator, ['compute-01']),
    ...gapsIn(view)
  ]
}
