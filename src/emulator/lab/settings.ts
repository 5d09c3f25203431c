import { controlKinds, setControl } from '../model/control-plane.ts'
import type { World } from '../model/world.ts'
import { cloudsYaml, environment } from './clouds-yaml.ts'
import { start } from './hosts.ts'
import { said, type Verb } from './stage.ts'
import { LabError } from './words.ts'

export const envVerb: Verb = ({ face }) => {
  const lines = Object.entries(environment(face.url())).map(([name, value]) => `export ${name}=${value}`)
  return said(...lines)
}

export const cloudsYamlVerb: Verb = ({ face }) => ({ out: cloudsYaml(face.url()) })

/** `tune --aodh-cache SECONDS --lose-notifications COUNT --crashed nova-scheduler|nova-conductor`; without options: normal again. */
export const tuneVerb: Verb = ({ face: { evaluator, world } }, words) => {
  evaluator.cacheMs = (words.number('aodh-cache') ?? 0) * 1000
  evaluator.lose = words.number('lose-notifications') ?? 0
  for (const kind of controlKinds) setControl(world, kind, words.option('crashed') !== `nova-${kind}`)
  return said('tuned')
}

/** What stands still while a service is restarted: its own face, or that of all that need it. */
const standing: Readonly<Record<string, readonly string[]>> = {
  'nova-api': ['/compute'],
  placement: ['/placement'],
  keystone: ['/identity'],
  rabbitmq: ['/compute'],
  mariadb: ['/identity', '/compute', '/placement', '/alarm']
}
const restartMs = 3000

/** `restart SERVICE`: it, and what needs it, answers 503 for some seconds. */
export const restartVerb: Verb = ({ face }, words) => {
  const [name = ''] = words.plain
  const control = controlKinds.find(kind => name === `nova-${kind}`)
  if (control !== undefined) {
    setControl(face.world, control, true)
    return said(`restarted ${name}`)
  }
  const faces = standing[name]
  if (faces === undefined) throw new LabError(`there is no service ${name}`)
  const untilMs = face.world.clock.now() + restartMs
  for (const prefix of faces) face.away.set(prefix, untilMs)
  return said(`restarted ${name}`)
}

export const statusVerb: Verb = ({ face: { world } }) =>
  said(`${world.hosts.size} hosts, ${world.servers.size} servers, ${world.alarms.size} alarms`)

/** What a real lab must start or stop: here it is always up. */
export const nothingVerb: Verb = () => said()

/** No servers, groups or alarms; every host on, up and enabled; every habit and setting normal. */
export const resetVerb: Verb = stage => {
  const { world } = stage.face
  world.alarms.clear()
  world.servers.clear()
  world.groups.length = 0
  world.findings.length = 0
  for (const record of world.migrations) {
    if (['accepted', 'pre-migrating', 'done'].includes(record.status)) record.status = 'completed'
  }
  for (const host of world.hosts.values()) {
    host.defined.clear()
    host.held.clear()
    host.running.clear()
    host.paused.clear()
    host.queue = []
    Object.assign(host, { forcedDown: false, enabled: true, disabledReason: undefined, refusedUntilMs: 0 })
    Object.assign(host.habits, stage.normal.get(host.name)?.habits)
    Object.assign(host.bmc, stage.normal.get(host.name)?.bmc)
    start(world, host)
  }
  for (const kind of controlKinds) setControl(world, kind, true)
  resetAggregates(world)
  Object.assign(stage.face.evaluator, { cacheMs: 0, lose: 0 })
  return said('clean')
}

/** The last host is in the aggregate `spare`, the others are in `rack-1`. */
function resetAggregates(world: World): void {
  const names = [...world.hosts.keys()].sort()
  world.aggregates.length = 0
  world.aggregates.push({ id: 1, name: 'spare', hosts: names.slice(-1) })
  world.aggregates.push({ id: 2, name: 'rack-1', hosts: names.slice(0, -1) })
}
