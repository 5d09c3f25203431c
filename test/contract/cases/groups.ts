import { createOpenStack } from '../../e2e/openstack.ts'
import type { ContractCase } from '../contract-case.ts'
import { evacuate, failSource, waitFor } from '../steps/evacuate.ts'
import { type Stage, source, target } from '../steps/stage.ts'

/** Server groups hold for an evacuation as for a first boot. */
export const groups: readonly ContractCase[] = [
  {
    name: 'anti-affinity',
    asks: 'May a server go to where another member of its anti-affinity group is?',
    async play(stage) {
      const [server] = await bootGroup(stage, 'anti-affinity', [source, target])
      await failSource(stage)
      await evacuate(stage, 'anti-affinity: the target has a member of its group', server!, { host: target })
      await evacuate(stage, '... to a host without one', server!, { host: 'compute-02' })
    }
  },
  {
    name: 'affinity',
    asks: 'Can the members of an affinity group be evacuated at all?',
    async play(stage) {
      const [server] = await bootGroup(stage, 'affinity', [source, source])
      await failSource(stage)
      await evacuate(stage, 'affinity: all of its group are on the dead host', server!, { host: target })
    }
  },
  {
    name: 'soft-affinity',
    asks: 'And those of a soft one?',
    async play(stage) {
      const [server] = await bootGroup(stage, 'soft-affinity', [source, source])
      await failSource(stage)
      await evacuate(stage, 'soft-affinity: all of its group are on the dead host', server!, { host: target })
    }
  }
]

async function bootGroup(stage: Stage, policy: string, hosts: readonly string[]): Promise<string[]> {
  const cloud = createOpenStack(await stage.lab.env())
  const group = await cloud.createGroup(policy, policy)
  const made: string[] = []
  for (const [index, host] of hosts.entries()) {
    const id = await cloud.createServer({ name: `member-${index + 1}`, host, group })
    stage.named(id, `member ${index + 1}`)
    await waitFor(stage, id, 'ACTIVE')
    made.push(id)
  }
  return made
}
