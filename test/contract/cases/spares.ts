import type { ContractCase } from '../contract-case.ts'
import { evacuate, failSource } from '../steps/evacuate.ts'
import { isRefusedByPlacement } from '../steps/look.ts'
import { type Stage, target } from '../steps/stage.ts'

/** A spare that has just been enabled. */
export const spares: readonly ContractCase[] = [
  {
    name: 'spare-is-enabled',
    asks: 'Is a spare taken as soon as it is enabled?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await stage.putService(target, { status: 'disabled', disabled_reason: 'spare' })
      await refused(stage, true)
      await failSource(stage)
      await stage.putService(target, { status: 'enabled' })
      await refused(stage, false)
      await evacuate(stage, 'the spare is enabled', server!, { host: target })
    }
  },
  {
    name: 'trait-lags',
    asks: 'And while Placement has not heard of it?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await stage.putService(target, { status: 'disabled' })
      await refused(stage, true)
      // The trait goes with a periodic update. Once that is seen, there is time until the next.
      await stage.lab.behaveHost(target, { lateTrait: true })
      await stage.putService(target, { status: 'enabled' })
      await refused(stage, false)
      await stage.lab.behaveHost(target)
      await stage.putService(target, { status: 'disabled' })
      await refused(stage, true)
      await stage.lab.behaveHost(target, { lateTrait: true })
      await stage.putService(target, { status: 'enabled' })
      await failSource(stage)
      await evacuate(stage, 'the spare is enabled, its trait remains', server!, { host: target })
      await refused(stage, false)
      await evacuate(stage, '... again, once the trait is gone', server!, { host: target })
    }
  }
]

async function refused(stage: Stage, wanted: boolean): Promise<void> {
  const what = `the trait of ${target} to ${wanted ? 'come' : 'go'}`
  await stage.must(what, 120, async () => (await isRefusedByPlacement(stage, target)) === wanted)
}
