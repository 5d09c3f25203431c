import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { ModelHost, World } from '../model/world.ts'
import { type Door, openDoor, openSshDoor } from './doors.ts'

/** What the hosts show on the management network. */
export interface Machines {
  sshPort(host: string): number
  bmcPort(host: string): number
  /** Opens the doors of a host that was added. */
  add(host: ModelHost): Promise<void>
  close(): Promise<void>
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

interface Doors {
  readonly ssh: Door
  readonly bmc: Door
}

const lookEveryMs = 50

/** An ssh port and a BMC for each host; `handler` serves /bmc/HOST. */
export async function openMachines(world: World, address: string, handler: Handler): Promise<Machines> {
  const doors = new Map<string, Doors>()
  const add = async (host: ModelHost) => {
    const bmcServer = createServer((request, response) => {
      request.url = `/bmc/${host.name}${request.url ?? '/'}`
      handler(request, response)
    })
    doors.set(host.name, { ssh: await openSshDoor(host, address), bmc: await openDoor(bmcServer, address) })
  }
  for (const host of world.hosts.values()) await add(host)
  const timer = setInterval(() => {
    for (const host of world.hosts.values()) {
      const own = doors.get(host.name)
      if (own !== undefined) follow(own.bmc, host.bmc.mode !== 'unreachable')
    }
  }, lookEveryMs)
  const portOf = (host: string, which: keyof Doors): number => {
    const found = doors.get(host)
    if (found === undefined) throw new Error(`there is no host ${host}`)
    return found[which].port
  }
  return {
    sshPort: host => portOf(host, 'ssh'),
    bmcPort: host => portOf(host, 'bmc'),
    add,
    async close() {
      clearInterval(timer)
      await Promise.all([...doors.values()].flatMap(({ ssh, bmc }) => [ssh.close(), bmc.close()]))
    }
  }
}

function follow(door: Door, isOpen: boolean): void {
  if (door.isOpen() !== isOpen) void door.setOpen(isOpen)
}
