import type { ContractCase } from '../contract-case.ts'
import { die, evacuate } from '../steps/evacuate.ts'
import { source, target } from '../steps/stage.ts'

/** What Nova must think of the source before it lets a server go. */
export const sources: readonly ContractCase[] = [
  {
    name: 'source-is-up',
    asks: 'Is a server evacuated whose host is up?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await evacuate(stage, 'source is up', server!, { host: target })
    }
  },
  {
    name: 'source-lives-but-is-forced-down',
    asks: 'Is the flag enough, while nova-compute lives and the guest runs?',
    telling: true,
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await stage.putService(source, { forced_down: true })
      await evacuate(stage, 'nova-compute lives, but is forced down', server!, { host: target })
    }
  },
  {
    name: 'source-died-just-now',
    asks: 'And one whose host died a moment ago, when Nova does not know yet?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await stage.lab.kill(source)
      await evacuate(stage, 'source died a moment ago, not forced down', server!, { host: target })
    }
  },
  {
    name: 'source-is-down-by-its-reports',
    asks: 'And one whose host has not reported for long enough?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await die(stage, source)
      await evacuate(stage, 'source is down by its missing reports, not forced down', server!, { host: target })
    }
  }
]
