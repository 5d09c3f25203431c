import type { ContractCase } from '../contract-case.ts'
import { evacuate, failSource } from '../steps/evacuate.ts'
import { source, target } from '../steps/stage.ts'

/** What Nova refuses at once, and in which words. */
export const requests: readonly ContractCase[] = [
  {
    name: 'refused-requests',
    asks: 'Which evacuate is refused before anything begins?',
    telling: true,
    async play(stage) {
      const [server] = await stage.boot(['server'])
      const unknown = '00000000-0000-0000-0000-000000000000'
      stage.named(unknown, 'unknown server')
      await failSource(stage)
      const refuse = (step: string, body: Record<string, unknown>, how = {}) =>
        evacuate(stage, step, server!, body, how)
      await refuse('target does not exist', { host: 'compute-99' })
      await refuse('target is the source', { host: source })
      await refuse('force: true (refused since 2.68)', { host: target, force: true })
      await refuse('onSharedStorage (refused since 2.14)', { host: target, onSharedStorage: false })
      await refuse('no onSharedStorage (needed until 2.13)', { host: target }, { microversion: '2.13' })
      await refuse('the host is a number', { host: 4 })
      await refuse('the host is empty', { host: '' })
      await refuse('an unknown key', { host: target, hurry: true })
      await refuse('a microversion that is none', { host: target }, { microversion: 'two' })
      await refuse('a microversion before the first', { host: target }, { microversion: '2.0' })
      await refuse('by a member of another project, not admin', { host: target }, { as: 'demo' })
      await evacuate(stage, 'unknown server', unknown, { host: target })
      await evacuate(stage, 'a server that is no UUID', 'nobody', { host: target })
    }
  }
]
