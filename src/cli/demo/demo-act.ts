import { ends } from '../../core/recovery.ts'
import type { RecoveryView } from '../../schemas/recovery.d.ts'
import type { Act } from './act.ts'
import { demoWorld } from './demo-world.ts'
import type { DemoOptions } from './options.ts'
import type { Watch } from './seen/watch.ts'
import { names } from './stage/demo-config.ts'
import type { Stage } from './stage/stage.ts'

/** The main job: observe, arm, lose a host, and recover it. `paceMs`: how long people are given to read a sentence. */
export function demoAct(options: DemoOptions, paceMs: number): Act {
  const { spec, hosts, spares, victim } = demoWorld(options)
  return {
    spec,
    spares,
    segment: {
      hosts: { names: hosts },
      spares: { names: spares },
      // The emulated Nova calls a host down after 6 s already; an operator should give it longer.
      confirm: { downSeconds: 8 },
      limits: { recoveriesPerHour: 100 }
    },
    limits: { recoveriesPerHour: 100 },
    play: (stage, watch) => play(stage, watch, victim, paceMs),
    complaints: ({ recoveries }, { wrong }) => {
      const ended = recoveries.find(({ host }) => host === victim)
      const unwell = wrong.length === 0 ? [] : [`${wrong.length} servers are not as they should be`]
      if (ended?.state === 'recovered') return unwell
      return [`${victim} is not recovered but ${ended === undefined ? 'unnoticed' : ended.state}`, ...unwell]
    }
  }
}

async function play({ api, world, lab }: Stage, watch: Watch, victim: string, paceMs: number): Promise<void> {
  const ready = await watch.until(async () => (await api.segments()).find(segment => segment.spareLeft))
  const reserve = ready.spares.map(({ name }) => name).join(', ')
  watch.tell(
    `it only observes: ${ready.hosts.length} hosts with ${world.servers.size} servers, and ${reserve} in reserve`
  )
  await watch.pause(paceMs)
  watch.tell(`if ${victim} died now: ${(await api.plan(victim)).summary}`)
  await watch.pause(2 * paceMs)
  await api.arm(true, 'the demo')
  watch.tell(`${names.operator}, an operator, arms it over the API`)
  await watch.pause(paceMs)
  await lab('host', 'panic', victim)
  watch.tell(`${victim} panics: nova-compute and ssh are silent, and its BMC still says On`)
  await watch.pause(paceMs)
  watch.tell('Nova still calls it up; when its last report is 6 s old, Aodh will hear of it')
  await watch.until(({ recoveries }) => recoveries.find(one => one.host === victim && isSettled(one)))
}

/** It has ended, or goes on only when a person says so. */
export function isSettled({ state, hold }: RecoveryView): boolean {
  return ends.some(end => end === state) || hold?.releasedBy === 'person'
}
