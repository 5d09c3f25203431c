import { addHost } from '../model/create-world.ts'
import { cutOff, endCompute, hang, panic, powerOff, reports } from '../model/hosts.ts'
import { changeService } from '../model/nova-services.ts'
import { reconnect, startCompute } from '../model/start-compute.ts'
import type { ModelHost, World } from '../model/world.ts'
import { hostNamed, type Said, type Stage, said, type Verb } from './stage.ts'
import { LabError, type Words } from './words.ts'

const lateTraitMs = 20_000

type Deed = (stage: Stage, host: ModelHost, words: Words) => void

const deeds: Readonly<Record<string, Deed>> = {
  kill: ({ face }, host) => endCompute(face.world, host, 'stopped'),
  hang: ({ face }, host) => hang(face.world, host),
  panic: panicUnseen,
  cut: ({ face }, host) => cutOff(face.world, host),
  off: ({ face }, host) => powerOff(face.world, host),
  start: ({ face }, host) => start(face.world, host),
  reserve: ({ face }, host, words) =>
    changeService(face.world, host.serviceId, {
      status: 'disabled',
      disabledReason: words.option('reason') ?? 'spare'
    }),
  unreserve: ({ face }, host) => changeService(face.world, host.serviceId, { status: 'enabled' }),
  behave
}

/** `host DEED NAME…` */
export const hostVerb: Verb = async (stage, words) => {
  const [deed = '', ...names] = words.plain
  if (deed === 'list') return list(stage)
  if (names.length === 0) throw new LabError('which host?')
  for (const name of names) {
    if (deed === 'add') await add(stage, name)
    else {
      const act = deeds[deed]
      if (act === undefined) throw new LabError(`a host knows no ${deed}`)
      act(stage, hostNamed(stage, name), words)
    }
  }
  return said(...names.map(name => `${name}: ${deed} done`))
}

/** It runs again, whatever was done to it; what is off boots at once. */
export function start(world: World, host: ModelHost): void {
  if (host.kernel === 'panicked') host.running.clear()
  host.powered = true
  host.kernel = 'running'
  startCompute(world, host)
  if (host.cutOff) reconnect(world, host)
}

/** Nobody sees whether the guests of a panicked host run: they count as running until it is off or starts. */
function panicUnseen({ face: { world } }: Stage, host: ModelHost): void {
  const guests = [...host.running]
  panic(world, host)
  for (const id of guests) host.running.add(id)
}

function behave(stage: Stage, host: ModelHost, words: Words): void {
  const usual = stage.normal.get(host.name)?.habits
  const seconds = words.number('spawn-seconds')
  Object.assign(host.habits, usual, {
    ...(seconds === undefined ? {} : { spawnMs: seconds * 1000 }),
    ...(words.flag('fail-spawn') ? { failSpawn: Number.POSITIVE_INFINITY } : {}),
    ...(words.flag('fail-after-spawn') ? { failAfterSpawn: Number.POSITIVE_INFINITY } : {}),
    ...(words.flag('late-trait') ? { traitLagMs: lateTraitMs } : {})
  })
}

async function add(stage: Stage, name: string): Promise<void> {
  const { world } = stage.face
  if (world.hosts.has(name)) throw new LabError(`there is a host ${name}`)
  const [like] = world.hosts.values()
  addHost(world, name, like === undefined ? {} : { capacity: like.capacity, habits: like.habits, bmc: like.bmc })
  const made = hostNamed(stage, name)
  stage.normal.set(name, { habits: { ...made.habits }, bmc: { ...made.bmc } })
  await stage.addMachine(made)
}

function list(stage: Stage): Said {
  const { world } = stage.face
  return said(
    ...[...world.hosts.values()].map(host => {
      const state = reports(world, host) && !host.forcedDown ? 'up' : 'down'
      const status = host.enabled ? 'enabled' : 'disabled'
      const forced = host.forcedDown ? 'forced down ' : ''
      const columns = [host.name.padEnd(12), `ssh ${stage.sshAddress(host.name)}`, conditionOf(host).padEnd(8)]
      return `${columns.join(' ')} ${state.padEnd(5)} ${status.padEnd(9)} ${forced}${host.disabledReason ?? ''}`
    })
  )
}

function conditionOf(host: ModelHost): string {
  if (!host.powered) return 'off'
  if (host.kernel === 'panicked') return 'panicked'
  if (host.cutOff) return 'cut'
  return host.compute === 'running' ? '' : host.compute === 'hung' ? 'hung' : 'killed'
}
