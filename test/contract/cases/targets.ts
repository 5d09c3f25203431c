import type { ContractCase } from '../contract-case.ts'
import { die, evacuate, failSource, revive } from '../steps/evacuate.ts'
import { lookAt, settled } from '../steps/look.ts'
import { other, source, target } from '../steps/stage.ts'

/** What becomes of a server whose target will not have it, or dies. */
export const targets: readonly ContractCase[] = [
  {
    name: 'target-is-disabled',
    asks: 'Is a disabled target taken? And can the server still be saved?',
    telling: true,
    async play(stage) {
      await stage.putService(other, { status: 'disabled' })
      const [server] = await stage.boot(['server'])
      await failSource(stage)
      await evacuate(stage, 'target is disabled', server!, { host: other })
      await evacuate(stage, 'again, now to a good target', server!, { host: target })
    }
  },
  {
    name: 'target-is-forced-down',
    asks: 'Is a target taken that is forced down?',
    async play(stage) {
      await stage.putService(other, { forced_down: true })
      const [server] = await stage.boot(['server'])
      await failSource(stage)
      await evacuate(stage, 'target is forced down', server!, { host: other })
    }
  },
  {
    name: 'target-is-dead',
    asks: 'Is a target taken that Nova knows to be down?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await failSource(stage)
      await die(stage, other)
      await evacuate(stage, 'target is dead and known to be down', server!, { host: other })
    }
  },
  {
    name: 'target-died-just-now',
    asks: 'What becomes of the server whose target died unnoticed, and then comes back?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await failSource(stage)
      await stage.lab.kill(other)
      await evacuate(stage, 'target died a moment ago', server!, { host: other }, { seconds: 15 })
      await revive(stage, other)
      stage.note('... and after the target came back', await settled(stage, server!, 60))
    }
  },
  {
    name: 'target-never-returns',
    asks: 'What gets a server out of REBUILD, and what does the first target do when it does come back?',
    telling: true,
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await failSource(stage)
      await stage.lab.kill(other)
      await evacuate(stage, 'target died a moment ago and stays dead', server!, { host: other }, { seconds: 15 })
      await evacuate(
        stage,
        "... evacuate again to another target, task still 'rebuilding'",
        server!,
        { host: target },
        {
          seconds: 30
        }
      )
      await revive(stage, other)
      await stage.pass(15)
      stage.note('... and after the first target came back', await settled(stage, server!, 5))
    }
  },
  {
    name: 'target-is-full',
    asks: 'Is a target taken that has no room, and later, when it has?',
    async play(stage) {
      const fill = await stage.boot(['first of the big ones', 'second of the big ones'], {
        host: target,
        flavor: 'm1.huge'
      })
      const [server] = await stage.boot(['server'], { flavor: 'm1.huge' })
      await failSource(stage)
      await evacuate(stage, 'target has no room', server!, { host: target })
      for (const id of fill) await stage.call('DELETE', `/servers/${id}`)
      for (const id of fill) {
        await stage.must(
          'the others to be gone',
          60,
          async () => (await stage.call('GET', `/servers/${id}`)).code === 404
        )
      }
      await stage.pass(3)
      await evacuate(stage, '... again, once there is room', server!, { host: target })
    }
  },
  {
    name: 'target-fails',
    asks: 'What is left when the hypervisor of the target fails?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await failSource(stage)
      await stage.lab.behaveHost(other, { failSpawn: true })
      await evacuate(stage, 'the hypervisor of the target fails', server!, { host: other })
      await stage.lab.behaveHost(other)
      await evacuate(stage, '... again to the same target, healthy now', server!, { host: other })
      await evacuate(stage, '... again to another target', server!, { host: target })
    }
  },
  {
    name: 'target-fails-after-the-spawn',
    asks: 'What is left when the target fails once the guest runs?',
    telling: true,
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await stage.lab.off(source)
      await stage.putService(source, { forced_down: true })
      await stage.lab.behaveHost(other, { failAfterSpawn: true })
      await evacuate(stage, 'the target fails after the guest has started', server!, { host: other })
      await stage.lab.behaveHost(other)
      await evacuate(stage, '... again to the same target, healthy now', server!, { host: other })
      await evacuate(stage, '... again to another target', server!, { host: target })
      await stage.pass(10)
      stage.note('... and 10 s later', await lookAt(stage, server!))
    }
  },
  {
    name: 'stopped-server-whose-target-fails',
    asks: 'Does a stopped server stay stopped when its first evacuation fails?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await stage.act(server!, { 'os-stop': null })
      await stage.must('the server to stop', 60, async () => (await lookAt(stage, server!)).status === 'SHUTOFF')
      await failSource(stage)
      await stage.lab.behaveHost(other, { failSpawn: true })
      await evacuate(stage, 'the hypervisor of the target fails', server!, { host: other })
      await evacuate(stage, '... again to another target', server!, { host: target })
    }
  },
  {
    name: 'scheduler-chooses',
    asks: 'Where does a server go when no target is named and only one host is left?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await failSource(stage)
      const { body } = await stage.call('GET', '/os-services?binary=nova-compute')
      for (const { host } of (body as { services: { host: string }[] }).services) {
        if (host !== source && host !== other) await stage.putService(host, { status: 'disabled' })
      }
      await evacuate(stage, 'no target: the scheduler chooses', server!, {})
    }
  }
]
