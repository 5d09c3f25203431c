import { readdirSync, readlinkSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../../bench/table.ts'
import { secrets } from '../e2e/service-config.ts'
import { until } from '../e2e/until.ts'
import { createRawClient, type RawAnswer, type RawClient } from './raw.ts'
import { onStage, type Report } from './stage.ts'

/**
 * A request must be whole after 30 s, and who overdraws is looked for every 30 s. Answers that nobody takes: Node lets the 60 s
 * without a byte pass twice.
 */
const givenBackMs = 180_000
/** Others that may be open: to the cloud, and of those who are served meanwhile. */
const othersMax = 40

type Manner = (socket: Socket) => void

/** What bad clients do once they are connected; none of them ever hangs up, but for those that vanish at once. */
const manners: Readonly<Record<string, Manner>> = {
  'says nothing': () => undefined,
  'sends its headers byte by byte': socket => drip(socket, 'GET /health HTTP/1.1\r\nhost: x\r\nx-slow: '),
  'sends its body byte by byte': socket => drip(socket, head(`content-length: 200000\r\n`)),
  'sends its body in chunks without an end': socket =>
    drip(socket, head('transfer-encoding: chunked\r\n'), '1\r\n \r\n'),
  'never reads its answers': socket => {
    socket.pause()
    socket.write('GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(200))
  },
  'vanishes at once': socket => {
    socket.write('GET /openapi.json HTTP/1.1\r\n')
    socket.resetAndDestroy()
  }
}

/** So many of each bad manner, while others are served; and their sockets are given back. */
export async function slowClients(ofEach: number): Promise<Report> {
  const hosts = { 'compute-01': {}, 'compute-02': {}, 'compute-05': { spare: true as const }, 'compute-06': {} }
  const wishes = () => ({ hosts: ['compute-01', 'compute-02'], spares: ['compute-05'], armed: false })
  return await onStage({ spec: { hosts }, wishes }, async ({ service }) => {
    const client = createRawClient(service.url)
    const sockets: Socket[] = []
    try {
      const begunMs = Date.now()
      for (const manner of Object.values(manners)) sockets.push(...(await crowd(service.url, manner, ofEach)))
      const held = socketsOf(service.pid())
      const serving = new AbortController()
      const served = serve(client, serving.signal)
      const isFree = await until(
        'the sockets to be given back',
        givenBackMs,
        async () => socketsOf(service.pid()) < othersMax
      ).catch(() => false)
      const freeAfterSeconds = Math.round((Date.now() - begunMs) / 1000)
      serving.abort()
      const answers = await served
      const times = answers.map(({ ms }) => ms).toSorted((a, b) => a - b)
      return {
        figures: {
          ...{
            'bad clients': sockets.length,
            'sockets of the service then': held,
            'sockets in the end': socketsOf(service.pid())
          },
          ...{ 'given back after s': freeAfterSeconds, 'alarms meanwhile': answers.length },
          ...{ 'p50 ms': Math.round(percentile(times, 50)), 'p99 ms': Math.round(percentile(times, 99)) }
        },
        broken: [
          ...answers.flatMap(({ status, text }) => (status === 202 ? [] : [`an alarm meanwhile: ${status} ${text}`])),
          ...(held < ofEach * 4 ? [`only ${held} sockets were open: the bad clients did not get in`] : []),
          ...(isFree === true
            ? []
            : [`${socketsOf(service.pid())} sockets are still held after ${givenBackMs / 1000} s`]),
          ...(service.running() ? [] : ['the service has ended'])
        ]
      }
    } finally {
      for (const socket of sockets) socket.destroy()
      client.close()
    }
  })
}

async function crowd(url: string, manner: Manner, count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(url)
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      await new Promise(resolve => socket.once('connect', resolve))
      manner(socket)
      return socket
    })
  )
}

function head(lengths: string): string {
  const lines = [
    'POST /v1/alarms HTTP/1.1',
    'host: x',
    'content-type: application/json',
    `authorization: Bearer ${secrets.alarms}`
  ]
  return `${lines.join('\r\n')}\r\n${lengths}\r\n`
}

function drip(socket: Socket, begin: string, drop = ' '): void {
  socket.write(begin)
  const timer = setInterval(() => (socket.writable ? socket.write(drop) : clearInterval(timer)), 1000)
  socket.once('close', () => clearInterval(timer))
}

async function serve(client: RawClient, end: AbortSignal): Promise<RawAnswer[]> {
  const answers: RawAnswer[] = []
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secrets.alarms}` }
  while (!end.aborted) {
    const body = JSON.stringify({ alarm_id: `alarm-${answers.length}`, current: 'alarm' })
    answers.push(await client.ask({ method: 'POST', path: '/v1/alarms/nobody', headers, body }))
    await delay(100)
  }
  return answers
}

function socketsOf(pid: number | undefined): number {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).filter(fd => isSocket(`${folder}/${fd}`)).length
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    // It was closed meanwhile.
    return false
  }
}
