import { afterEach, expect, test } from '@jest/globals'
import { driveEmulator } from './drive-emulator.ts'
import { type GuestWatch, watchGuests } from './guests.ts'
import { createLab, type Lab } from './lab.ts'
import { createOpenStack, type OpenStack } from './openstack.ts'
import { createService, type ServiceProcess, type Surroundings } from './service.ts'
import { segment, type Wishes } from './service-config.ts'

/** What a scenario acts on: the lab's hosts, the cloud as its API shows it, and the service under test. */
export interface World {
  readonly lab: Lab
  readonly cloud: OpenStack
  readonly service: ServiceProcess
  /** One more on the same store, not started yet; it ends with the scenario. */
  replica(surroundings?: Omit<Surroundings, 'storeUrl'>): Promise<ServiceProcess>
}

const limitMs = 1_500_000
let cleanUp: (() => Promise<void>) | undefined

afterEach(async () => {
  await cleanUp?.()
  cleanUp = undefined
}, 60_000)

/**
 * One scenario on the real cloud: it begins clean, with adopted spares and a running service, is watched for guests that run
 * twice all the time, and leaves nothing of its own running (the next one resets the cloud).
 */
export function scenario(letter: string, name: string, wishes: Wishes, story: (world: World) => Promise<void>): void {
  test(
    `(${letter}) ${name}`,
    async () => {
      const lab = labOfEnvironment()
      const beganMs = Date.now()
      await lab.reset()
      const cleanMs = Date.now()
      const cloud = createOpenStack(await lab.env())
      const store = await wishes.store?.()
      const services: ServiceProcess[] = []
      const replica: World['replica'] = async surroundings => {
        const created = await createService(lab, wishes, { ...surroundings, storeUrl: store?.url })
        services.push(created)
        return created
      }
      let watch: GuestWatch | undefined
      cleanUp = async () => {
        for (const each of services) await each.kill()
        await store?.stop()
      }
      const service = await replica()
      try {
        await service.cli('spares', 'adopt', segment, '--yes')
        await service.start()
        watch = await watchGuests(lab)
        say(
          `(${letter}) the cloud was clean after ${seconds(beganMs, cleanMs)}, the service ran ${seconds(cleanMs)} later`
        )
        await story({ lab, cloud, service, replica })
      } catch (error) {
        for (const each of services) say(await whatHappened(each))
        throw error
      } finally {
        await report(letter, watch)
      }
    },
    limitMs
  )
}

/**
 * A scenario that not every cloud can play: `lack` says what this one has not, undefined if nothing. Then it is skipped, and
 * that is said; asked for by its letter, it fails.
 */
export function scenarioUnless(
  lack: string | undefined,
  letter: string,
  name: string,
  wishes: Wishes,
  story: (world: World) => Promise<void>
): void {
  if (lack === undefined) scenario(letter, name, wishes, story)
  else if (process.env.SWITCHOVER_SCENARIOS?.split(',').includes(letter)) {
    test(`(${letter}) ${name}`, () => {
      throw new Error(lack)
    })
  } else {
    // Jest counts what was skipped, and does not name it.
    say(`(${letter}) skipped: ${lack}`)
    test.skip(`(${letter}) ${name}`, () => undefined)
  }
}

async function report(letter: string, watch: GuestWatch | undefined): Promise<void> {
  const watched = await watch?.stop()
  if (watched === undefined) return
  const { samples, seconds, longestGapMs, twice } = watched
  const found = twice.length === 0 ? 'nothing ran twice' : twice.join('; ')
  say(`(${letter}) guests: ${samples} samples in ${seconds.toFixed(0)} s, longest gap ${longestGapMs} ms: ${found}`)
  expect(twice).toEqual([])
  // Twice a second or more often, by its own count: a watch that slept proves nothing.
  expect(samples).toBeGreaterThanOrEqual(Math.floor(seconds * 2))
}

/** For whoever reads a failure: each recovery's story and the end of the service's log. */
async function whatHappened(service: ServiceProcess): Promise<string> {
  const lines: string[] = []
  try {
    for (const { id } of await service.recoveries()) {
      const { host, state, hold, reason, timeline, moveList } = await service.recovery(id)
      lines.push(`recovery ${id} of ${host}: ${state} ${hold?.code ?? ''} ${hold?.reason ?? reason ?? ''}`)
      for (const { atMs, kind, actor, text } of timeline) {
        lines.push(`  ${new Date(atMs).toISOString()} ${kind} ${actor}: ${text}`)
      }
      for (const move of moveList) lines.push(`  ${JSON.stringify(move)}`)
    }
  } catch (error) {
    lines.push(`the service does not tell: ${String(error)}`)
  }
  return [...lines, 'log:', service.log()].join('\n')
}

function seconds(fromMs: number, toMs = Date.now()): string {
  return `${((toMs - fromMs) / 1000).toFixed(0)} s`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function labOfEnvironment(): Lab {
  const { SWITCHOVER_LAB: command = '', SWITCHOVER_EMULATOR: emulator } = process.env
  if (command === '') throw new Error("Set SWITCHOVER_LAB to the path of the driver's command.")
  // A process for each word would be too slow to look at the guests often enough.
  return emulator === undefined ? createLab(command) : createLab(command, driveEmulator(emulator))
}
