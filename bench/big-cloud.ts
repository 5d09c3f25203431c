import type { HostSpec, WorldSpec } from '../src/emulator/model/spec.ts'

/** Racks of hosts, each with a spare or two, and the servers spread evenly over the hosts that are no spares. */
export interface BigCloud {
  readonly spec: WorldSpec
  readonly racks: readonly {
    readonly name: string
    readonly hosts: readonly string[]
    readonly spares: readonly string[]
  }[]
}

export interface Size {
  readonly hosts: number
  readonly servers: number
  readonly racks: number
  readonly sparesPerRack: number
}

/** Nova calls a host down after 5 s, so that nobody waits long; everything else goes ten times as fast as usual. */
const quick = { pace: 10, serviceDownSeconds: 5, timing: { reportEveryMs: 1000 } }
const need = { VCPU: 2, MEMORY_MB: 4096, DISK_GB: 20 }
/** Room for twice what a host carries. */
const roomFor = 2

export function bigCloud(size: Size): BigCloud {
  const perRack = Math.floor(size.hosts / size.racks)
  const racks = Array.from({ length: size.racks }, (_, rack) => {
    const names = Array.from({ length: perRack }, (_, index) => `compute-${digits(rack * perRack + index + 1)}`)
    const cut = perRack - size.sparesPerRack
    return { name: `rack-${digits(rack + 1)}`, hosts: names.slice(0, cut), spares: names.slice(cut) }
  })
  const carriers = racks.flatMap(rack => rack.hosts)
  const fewest = Math.floor(size.servers / carriers.length)
  const left = size.servers - fewest * carriers.length
  const carries = (index: number) => fewest + (index < left ? 1 : 0)
  const capacity = Object.fromEntries(Object.entries(need).map(([name, each]) => [name, each * (fewest + 1) * roomFor]))
  const hosts: Record<string, HostSpec> = {}
  for (const [index, name] of carriers.entries()) hosts[name] = { capacity, servers: serversOf(name, carries(index)) }
  for (const name of racks.flatMap(rack => rack.spares)) hosts[name] = { capacity, spare: true }
  const aggregates = racks.flatMap(rack => [
    { name: rack.name, hosts: [...rack.hosts, ...rack.spares] },
    { name: `${rack.name}-spares`, hosts: rack.spares }
  ])
  return { racks, spec: { ...quick, hosts, aggregates } }
}

function serversOf(host: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({ name: `${host}-${index + 1}`, need }))
}

function digits(number: number): string {
  return String(number).padStart(4, '0')
}
