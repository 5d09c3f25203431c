import { startEmulator } from '../../../src/emulator/start-emulator.ts'
import { createApi, type Fetch } from '../../e2e/api.ts'
import { driveEmulator } from '../../e2e/drive-emulator.ts'
import { createLab } from '../../e2e/lab.ts'
import { likeTheLab } from '../../e2e/like-the-lab.ts'
import { createVirtualClock } from '../../simulation/virtual-clock.ts'
import type { World } from './world.ts'

/** Verbs that wait for the cloud. */
const patient = ['boot', 'evacuate']

/**
 * The emulator of a release (`microversion`: the newest that it knows) on a clock of its own: time passes while a case waits,
 * and stands still while it asks. So the list takes no longer than its calls, and a busy machine changes nothing.
 */
export async function createEmulatorWorld(microversion: string): Promise<World> {
  const clock = createVirtualClock()
  let calls = 0
  clock.watch(() => calls > 0)
  const counted = async <T>(call: Promise<T>): Promise<T> => {
    calls++
    return await call.finally(() => calls--)
  }
  const emulator = await startEmulator({
    clock: { ...clock, stop: () => undefined },
    microversion,
    spec: likeTheLab(4)
  })
  const drive = driveEmulator(emulator.url)
  const lab = createLab('the emulator', (words, limitMs) => {
    const driven = drive(words, limitMs)
    return patient.includes(words[0] ?? '') ? driven : counted(driven)
  })
  const env = await lab.env()
  // The answer counts until it is read.
  const through: Fetch = (url, init) =>
    counted(
      fetch(url, init).then(async answer => {
        const { status, headers } = answer
        const text = await answer.text()
        return new Response(text === '' ? null : text, { status, headers })
      })
    )
  return {
    title: 'the emulator',
    microversion,
    lab,
    admin: createApi(env, through),
    demo: createApi({ ...env, OS_USERNAME: 'demo', OS_PROJECT_NAME: 'demo' }, through),
    now: () => clock.now() / 1000,
    pass: seconds => clock.sleep(seconds * 1000),
    run: work => clock.run(work),
    close: () => emulator.close()
  }
}
