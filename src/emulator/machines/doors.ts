import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import type { ModelHost } from '../model/world.ts'

/** A port of its own on the loopback, which can be shut and opened again at the same number. */
export interface Door {
  readonly port: number
  isOpen(): boolean
  /** What is shut refuses connections: a SYN cannot be lost on purpose here. */
  setOpen(open: boolean): Promise<void>
  close(): Promise<void>
}

/**
 * The ssh port of a host: it greets while the machine is well, and says nothing while it stands still, is off or cut off. It
 * takes the connection all the same, for to refuse it would say that something lives there.
 */
export async function openSshDoor(host: ModelHost, address: string): Promise<Door> {
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    if (!host.mute && isOnTheNetwork(host)) socket.end('SSH-2.0-OpenSSH_9.2p1 emulator\r\n')
  })
  return await openDoor(server, address)
}

function isOnTheNetwork(host: ModelHost): boolean {
  return host.powered && host.kernel === 'running' && !host.cutOff
}

/** `server` is anything that listens. */
export async function openDoor(server: Server, address: string): Promise<Door> {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await listen(server, 0, address)
  const { port } = server.address() as AddressInfo
  let isOpen = true
  const shut = () =>
    new Promise<void>(resolve => {
      isOpen = false
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return {
    port,
    isOpen: () => isOpen,
    async setOpen(open) {
      if (open === isOpen) return
      if (!open) return shut()
      isOpen = true
      await listen(server, port, address)
    },
    close: async () => {
      if (isOpen) await shut()
    }
  }
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}
