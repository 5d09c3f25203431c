import type { BmcHabits } from '../../../src/emulator/model/bmc.ts'
import type { HostSpec, LiveMigrationSpec, ServerSpec, WorldSpec } from '../../../src/emulator/model/spec.ts'
import type { Habits } from '../../../src/emulator/model/world.ts'
import type { Chance } from './chance.ts'

const serversMax = 7

/** When it is calm nothing is wrong with the machines. 2 to 7 hosts, up to 3 spares, servers of every kind, groups, aggregates, live migrations on their way. */
export function randomWorld(chance: Chance, isCalm: boolean): WorldSpec {
  const hosts: Record<string, HostSpec> = {}
  const count = chance.weighted({ 2: 3, 3: 3, 4: 2, 5: 1, 6: 1, 7: 1 })
  for (let index = 1; index <= Number(count); index++) {
    const suffix = String(index).padStart(2, '0')
    const servers = randomServers(chance, suffix, index === 1 ? chance.int(1, serversMax) : chance.int(0, 3))
    hosts[`compute-${suffix}`] = { ...(isCalm ? {} : randomMachine(chance)), ...(servers.length > 0 && { servers }) }
  }
  for (let index = 1; index <= Number(chance.weighted({ 0: isCalm ? 0 : 1, 1: 6, 2: 5, 3: 2 })); index++) {
    const machine = isCalm ? {} : randomMachine(chance)
    hosts[`spare-${index}`] = { ...machine, spare: isCalm || chance.percent(95) ? true : 'later' }
  }
  const names = Object.keys(hosts).filter(name => name.startsWith('compute-'))
  const liveMigrations = randomLiveMigrations(chance, hosts, names)
  const groups = randomGroups(chance, hosts)
  return {
    hosts,
    ...(groups.length > 0 && { groups }),
    ...(liveMigrations.length > 0 && { liveMigrations }),
    ...(chance.percent(40) && {
      aggregates: [{ name: 'ssd', hosts: ['compute-01', ...chance.some(names.slice(1), 1)] }]
    }),
    ...(chance.percent(20) && { latencyMs: chance.pick([20, 400, 1500]) })
  }
}

function randomMachine(chance: Chance): HostSpec {
  const habits = randomHabits(chance)
  const bmc = randomBmc(chance)
  return {
    ...(Object.keys(habits).length > 0 && { habits }),
    ...(Object.keys(bmc).length > 0 && { bmc }),
    // Room for some four plain servers.
    ...(chance.percent(12) && { capacity: { VCPU: 8, MEMORY_MB: 16_384, DISK_GB: 400 } })
  }
}

function randomHabits(chance: Chance): Partial<Habits> {
  return {
    ...(chance.percent(6) && { failSpawn: chance.int(1, 3) }),
    ...(chance.percent(5) && { failAfterSpawn: chance.int(1, 2) }),
    ...(chance.percent(10) && { spawnMs: chance.pick([500, 20_000, 90_000]) }),
    ...(chance.percent(10) && { traitLagMs: chance.pick([15_000, 60_000, 150_000]) })
  }
}

/** What a BMC may be like; some are so from the beginning, some change later. */
export function randomBmc(chance: Chance): Partial<BmcHabits> {
  return {
    ...(chance.percent(15) && { offAfterMs: chance.pick([0, 15_000, 60_000]) }),
    ...(chance.percent(10) && { failFirst: chance.int(1, 3) }),
    ...(chance.percent(9) && {
      mode: chance.pick(['stuckOn', 'unreachable', 'otherMachine', 'lies', 'swaps'] as const)
    }),
    ...(chance.percent(10) && { saysPoweringOff: true }),
    ...(chance.percent(10) && { slowMs: chance.pick([1200, 1700, 4000, 20_000]) }),
    ...(chance.percent(4) && { wrongPassword: true }),
    ...(chance.percent(8) && { errorRate: chance.pick([0.1, 0.3, 0.9]) })
  }
}

function randomServers(chance: Chance, suffix: string, count: number): ServerSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `vm-${suffix}-${index + 1}`,
    ...randomKind(chance),
    ...(chance.percent(15) && { need: { VCPU: 4, MEMORY_MB: 12_288, DISK_GB: 100 } }),
    ...(chance.percent(15) && { localDisk: false }),
    ...(chance.percent(8) && { locked: true }),
    ...(chance.percent(10) && { volumes: [] })
  }))
}

const kinds = {
  active: 60,
  stopped: 14,
  paused: 3,
  suspended: 3,
  rescued: 3,
  error: 4,
  building: 2,
  resized: 2,
  shelved: 2,
  deleting: 3,
  rebooting: 2,
  rebuilding: 2,
  'powering-off': 2
}

/** vm_state and task_state as Nova knows them. */
function randomKind(chance: Chance): Partial<ServerSpec> {
  const kind = chance.weighted(kinds)
  switch (kind) {
    case 'active':
      return {}
    case 'building':
      return { vmState: 'building', taskState: 'spawning', launched: false, powerState: 'none' }
    case 'deleting':
    case 'rebooting':
    case 'rebuilding':
    case 'powering-off':
      return { taskState: kind }
    case 'suspended':
      return { vmState: kind, powerState: 'suspended' }
    case 'resized':
    case 'rescued':
      return { vmState: kind, powerState: 'running' }
    case 'shelved':
      return { vmState: kind, powerState: 'shutdown' }
    case 'error':
      return { vmState: kind, powerState: chance.pick(['running', 'shutdown', 'none'] as const) }
    default:
      return { vmState: kind }
  }
}

function serversOf(host: HostSpec | undefined): readonly ServerSpec[] {
  return typeof host?.servers === 'object' ? host.servers : []
}

function randomGroups(chance: Chance, hosts: Readonly<Record<string, HostSpec>>): NonNullable<WorldSpec['groups']> {
  if (!chance.percent(25)) return []
  const all = Object.values(hosts).flatMap(serversOf)
  const policy = chance.weighted({ 'anti-affinity': 6, affinity: 2, 'soft-anti-affinity': 1, 'soft-affinity': 1 })
  // Members of a strict group keep to it before the failure: one a host, or all on one.
  const members =
    policy === 'anti-affinity'
      ? Object.values(hosts).flatMap(host => chance.some(serversOf(host), 1))
      : policy === 'affinity'
        ? chance.some(serversOf(hosts['compute-01']), 2)
        : chance.some(all, 3)
  return members.length === 0 ? [] : [{ id: 'group-1', policy, members: members.map(server => server.name) }]
}

function randomLiveMigrations(
  chance: Chance,
  hosts: Readonly<Record<string, HostSpec>>,
  names: readonly string[]
): LiveMigrationSpec[] {
  if (!chance.percent(12)) return []
  const running = serversOf(hosts['compute-01']).filter(
    server => server.vmState === undefined && server.taskState === undefined
  )
  return chance.some(running, 1).map(server => {
    const status = chance.pick(['queued', 'preparing', 'running', 'post-migrating'])
    const hasArrived =
      (status === 'running' && chance.percent(40)) || (status === 'post-migrating' && chance.percent(90))
    return { server: server.name, to: chance.pick(names.slice(1)), status, ...(hasArrived && { arrived: true }) }
  })
}
