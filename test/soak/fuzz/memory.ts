/** What another process of Node has in memory, after it has thrown away what nobody needs. */
export interface Memory {
  readonly heapMiB: number
  readonly residentMiB: number
}

export interface Inspector {
  /** For the environment of the process. */
  readonly env: Readonly<Record<string, string>>
  memory(): Promise<Memory>
}

/** Node's own debugger on a port of 127.0.0.1: nothing of the service is changed for it. */
export function createInspector(port: number): Inspector {
  return {
    env: { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` },
    async memory() {
      const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
        webSocketDebuggerUrl: string
      }[]
      const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '')
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve)
        socket.addEventListener('error', () => reject(new Error('the debugger does not answer')))
      })
      try {
        await call(socket, 'HeapProfiler.collectGarbage')
        await call(socket, 'HeapProfiler.collectGarbage')
        const { result } = await call(socket, 'Runtime.evaluate', {
          expression: 'JSON.stringify(process.memoryUsage())'
        })
        const { heapUsed, external, rss } = JSON.parse(result?.value ?? '{}') as NodeJS.MemoryUsage
        return { heapMiB: mebi(heapUsed + external), residentMiB: mebi(rss) }
      } finally {
        socket.close()
      }
    }
  }
}

async function call(socket: WebSocket, method: string, params: object = {}): Promise<{ result?: { value: string } }> {
  const id = Math.floor(Math.random() * 2 ** 31)
  return await new Promise(resolve => {
    const listen = ({ data }: MessageEvent) => {
      const message = JSON.parse(String(data)) as { id?: number; result: { result?: { value: string } } }
      if (message.id !== id) return
      socket.removeEventListener('message', listen)
      resolve(message.result)
    }
    socket.addEventListener('message', listen)
    socket.send(JSON.stringify({ id, method, params }))
  })
}

function mebi(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 10) / 10
}
