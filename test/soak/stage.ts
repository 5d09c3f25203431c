import type { WorldSpec } from '../../src/emulator/model/spec.ts'
import { type Emulator, startEmulator } from '../../src/emulator/start-emulator.ts'
import { driveEmulator } from '../e2e/drive-emulator.ts'
import { createLab, type Lab } from '../e2e/lab.ts'
import { createService, type ServiceProcess, type Surroundings } from '../e2e/service.ts'
import type { Wishes } from '../e2e/service-config.ts'

/** An emulated cloud, whose truth can be asked, and the real service as a process of its own on it. */
export interface Stage {
  readonly emulator: Emulator
  readonly lab: Lab
  /** Started, and killed and restarted at will. */
  readonly service: ServiceProcess
}

/** What a soak found: its figures, and a sentence for each law that broke. */
export interface Report {
  readonly figures: Readonly<Record<string, number | string>>
  readonly broken: readonly string[]
}

export interface Play {
  /** What Nova calls down is 2 s old, and a cloud does everything ten times as fast as usual, if not given. */
  readonly spec: WorldSpec
  readonly wishes?: (emulator: Emulator) => Wishes
  readonly place?: Surroundings
}

/** Raises the curtain, and leaves nothing behind whatever comes of `play`; the service's last lines come with what it throws. */
export async function onStage<T>({ spec, wishes, place }: Play, play: (stage: Stage) => Promise<T>): Promise<T> {
  const emulator = await startEmulator({
    spec: { pace: 10, serviceDownSeconds: 2, ...spec, timing: { reportEveryMs: 500, monitorMs: 100, ...spec.timing } }
  })
  const lab = createLab('the emulator', driveEmulator(emulator.url))
  const service = await createService(lab, wishes?.(emulator) ?? {}, place)
  try {
    await service.start()
    return await play({ emulator, lab, service })
  } catch (error) {
    throw new Error(`${String(error)}\nthe service's log ends so:\n${service.log().slice(-4000)}`, { cause: error })
  } finally {
    await service.discard()
    await emulator.close()
  }
}
