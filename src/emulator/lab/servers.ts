import { flavorNamed } from '../http/compute/flavors.ts'
import { statusOf } from '../http/compute/server-view.ts'
import { evacuate } from '../model/nova-evacuate.ts'
import { createServer } from '../model/nova-servers.ts'
import { changeService } from '../model/nova-services.ts'
import { whereRunning } from '../model/oracle.ts'
import { Refusal } from '../model/refusal.ts'
import type { ModelHost, ModelServer } from '../model/world.ts'
import { hostNamed, type Said, said, until, type Verb } from './stage.ts'
import { LabError } from './words.ts'

const patienceMs = 600_000

/** `boot COUNT --host HOST …`: waits until they are ACTIVE, and prints their ids. */
export const bootVerb: Verb = async (stage, words) => {
  const { world } = stage.face
  const count = Number(words.plain[0])
  const flavor = flavorNamed(world, words.option('flavor') ?? 'm1.nano')
  const prefix = words.option('prefix') ?? 'vm'
  const made = Array.from({ length: count }, (_, index) =>
    createServer(
      world,
      {
        name: `${prefix}-${String(index + 1).padStart(3, '0')}`,
        flavor: flavor.name,
        need: flavor.need,
        networked: (words.option('network') ?? 'none') !== 'none',
        localDisk: !words.flag('volume'),
        volumes: words.flag('volume') ? [world.idOf('volume-of', `${prefix}-${index + 1}`)] : []
      },
      { host: words.option('host') }
    )
  )
  await until(stage, patienceMs, 'the servers to be ACTIVE', () => made.every(server => server.vmState !== 'building'))
  const bad = made.find(server => server.vmState === 'error')
  if (bad !== undefined) throw new LabError(`${bad.name} is in ERROR: ${bad.fault}`)
  return said(`${made.length} servers ACTIVE`, ...made.map(server => server.id))
}

export const serversVerb: Verb = (stage, words) => {
  const host = words.option('host')
  const rows = [...stage.face.world.servers.values()].filter(server => host === undefined || server.host === host)
  return said(...rows.map(line))
}

function line(server: ModelServer): string {
  const columns = [server.name.padEnd(16), statusOf(server).padEnd(10), (server.taskState ?? '-').padEnd(12)]
  return `${server.id} ${columns.join(' ')} ${(server.host ?? '-').padEnd(12)} ${server.fault ?? ''}`
}

/** What runs on which hypervisor, whatever Nova believes. Its status is 1 when a guest runs twice. */
export const guestsVerb: Verb = ({ face: { world } }): Said => {
  const lines: string[] = []
  const seen = new Set<string>()
  for (const host of world.hosts.values()) {
    const guests = [...host.defined].map(id => ({ id, name: world.servers.get(id)?.name ?? '-' }))
    for (const { id, name } of guests.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      lines.push(`${host.name.padEnd(12)} ${id} ${name.padEnd(16)} ${stateOf(host, id)}`)
      seen.add(id)
    }
  }
  const twice = [...seen].map(id => [id, whereRunning(world, id)] as const).filter(([, hosts]) => hosts.length > 1)
  lines.push(...twice.map(([id, hosts]) => `SPLIT BRAIN: ${id} runs on ${hosts.join(' and ')}`))
  return { ...said(...lines), status: twice.length === 0 ? 0 : 1 }
}

function stateOf({ running, paused }: ModelHost, id: string): string {
  if (!running.has(id)) return 'is off'
  return paused.has(id) ? 'is paused' : 'runs'
}

/** The plain recipe, timed: force down, evacuate all, wait. */
export const evacuateVerb: Verb = async (stage, words) => {
  const { world } = stage.face
  const source = hostNamed(stage, words.plain[0])
  const target = hostNamed(stage, words.option('to'))
  const begunMs = world.clock.now()
  changeService(world, source.serviceId, { forcedDown: true })
  const victims = [...world.servers.values()].filter(server => server.host === source.name)
  const refused: [string, number, string][] = []
  const records = victims.flatMap(({ id }) => {
    try {
      return evacuate(world, id, { target: target.name })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refused.push([id, error.status, error.message])
      return []
    }
  })
  await until(stage, patienceMs, 'the evacuations to end', () =>
    records.every(({ status }) => ['done', 'error', 'failed'].includes(status))
  )
  const migrations: Record<string, number> = {}
  for (const { status } of records) migrations[status] = (migrations[status] ?? 0) + 1
  const seconds = (world.clock.now() - begunMs) / 1000
  return said(JSON.stringify({ servers: victims.length, refused, all_done_s: seconds, migrations }, undefined, 1))
}
