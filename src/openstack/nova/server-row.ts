import type { Amounts, PowerState, Server } from '../../core/inventory.ts'

/** A server as Nova shows it at 2.90. Any field may be missing in a row of a cell that can't be read. */
export interface ServerRow {
  readonly id: string
  readonly name?: string
  readonly status?: string
  readonly tenant_id?: string
  readonly user_id?: string
  readonly tags?: readonly string[]
  readonly 'OS-EXT-AZ:availability_zone'?: string | null
  readonly metadata?: Readonly<Record<string, string>>
  readonly locked?: boolean
  readonly 'OS-EXT-SRV-ATTR:host'?: string | null
  readonly 'OS-EXT-STS:vm_state'?: string
  readonly 'OS-EXT-STS:task_state'?: string | null
  readonly 'OS-EXT-STS:power_state'?: number
  readonly 'OS-SRV-USG:launched_at'?: string | null
  readonly 'os-extended-volumes:volumes_attached'?: readonly { readonly id: string }[]
  readonly flavor?: FlavorRow
  /** Empty text: the root disk is a volume. */
  readonly image?: { readonly id?: string } | ''
  readonly fault?: { readonly message?: string }
}

interface FlavorRow {
  readonly original_name?: string
  readonly vcpus?: number
  readonly ram?: number
  readonly disk?: number
  readonly ephemeral?: number
  readonly swap?: number
  readonly extra_specs?: Readonly<Record<string, string>>
}

/** Nova knows the server but can't read its cell: nothing else in the row counts. */
export function isPartial(row: ServerRow): boolean {
  return row['OS-EXT-STS:vm_state'] === undefined
}

export function serverOf(row: ServerRow): Server {
  const host = row['OS-EXT-SRV-ATTR:host']
  const taskState = row['OS-EXT-STS:task_state']
  const flavor = row.flavor ?? {}
  const rootIsVolume = row.image === ''
  // Nova's own sentence for a target that Placement refuses ends with a blank.
  const fault = row.fault?.message?.trim()
  return {
    id: row.id,
    name: row.name ?? row.id,
    projectId: row.tenant_id ?? '',
    ...(host ? { host } : {}),
    vmState: row['OS-EXT-STS:vm_state'] ?? '',
    ...(taskState ? { taskState } : {}),
    powerState: powerStates[row['OS-EXT-STS:power_state'] ?? 0] ?? 'none',
    locked: row.locked === true,
    launched: Boolean(row['OS-SRV-USG:launched_at']),
    localDisk: !rootIsVolume || (flavor.ephemeral ?? 0) > 0 || (flavor.swap ?? 0) > 0,
    flavorNeed: needOf(flavor, rootIsVolume),
    extraSpecs: flavor.extra_specs ?? {},
    volumes: (row['os-extended-volumes:volumes_attached'] ?? []).map(volume => volume.id),
    metadata: row.metadata ?? {},
    ...describedBy(row),
    ...(fault === undefined ? {} : { fault })
  }
}

/** What only the operator's rules look at. */
function describedBy(row: ServerRow): Pick<Server, 'tags' | 'userId' | 'zone' | 'flavor' | 'imageId'> {
  const zone = row['OS-EXT-AZ:availability_zone']
  const { original_name: name = '', vcpus = 0, ram = 0, disk = 0 } = row.flavor ?? {}
  const imageId = typeof row.image === 'object' ? row.image.id : undefined
  return {
    ...(row.tags === undefined || row.tags.length === 0 ? {} : { tags: row.tags }),
    ...(row.user_id === undefined ? {} : { userId: row.user_id }),
    ...(zone ? { zone } : {}),
    flavor: { name, vcpus, ram, disk },
    ...(imageId === undefined ? {} : { imageId })
  }
}

const powerStates: Readonly<Record<number, PowerState>> = {
  0: 'none',
  1: 'running',
  3: 'paused',
  4: 'shutdown',
  6: 'crashed',
  7: 'suspended'
}

/** What Nova would ask of Placement for this flavor; swap is in MiB, the other disks in GiB. */
function needOf(flavor: FlavorRow, rootIsVolume: boolean): Amounts {
  const specs = flavor.extra_specs ?? {}
  const disk = (rootIsVolume ? 0 : (flavor.disk ?? 0)) + (flavor.ephemeral ?? 0) + Math.ceil((flavor.swap ?? 0) / 1024)
  const cpuClass = specs['hw:cpu_policy'] === 'dedicated' ? 'PCPU' : 'VCPU'
  const need: Record<string, number> = { [cpuClass]: flavor.vcpus ?? 0, MEMORY_MB: flavor.ram ?? 0, DISK_GB: disk }
  const grouped: Record<string, number> = {}
  for (const [key, value] of Object.entries(specs)) {
    const match = /^resources([^:]*):(.+)$/.exec(key)
    const resource = match?.[2]
    if (resource === undefined) continue
    // The plain group replaces what the flavor says; a named group comes on top.
    if (match?.[1] === '') need[resource] = Number(value)
    else grouped[resource] = (grouped[resource] ?? 0) + Number(value)
  }
  for (const [resource, amount] of Object.entries(grouped)) need[resource] = (need[resource] ?? 0) + amount
  return Object.fromEntries(Object.entries(need).filter(([, amount]) => amount > 0))
}
