import type { HostScene, Scene } from '../../../src/cli/demo/seen/scene.ts'
import type { MoveView, RecoveryView, TimelineEvent } from '../../../src/schemas/recovery.d.ts'

const startedAtMs = Date.parse('2025-01-01T00:00:00Z')
const at = (seconds: number) => startedAtMs + seconds * 1000

export const host = (name: string, more: Partial<HostScene> = {}): HostScene => ({
  name,
  isSpare: false,
  state: 'up',
  marks: [],
  guests: guests(4),
  ...more
})

export const guests = (count: number, more: Partial<HostScene['guests'][number]> = {}): HostScene['guests'] =>
  Array.from({ length: count }, (_, index) => ({ name: `web-${index}`, state: 'runs', isMoved: false, ...more }))

export const move = (name: string, state: MoveView['state'], more: Partial<MoveView> = {}): MoveView => ({
  server: `id-of-${name}`,
  name,
  target: 'compute-03',
  state,
  attempts: 1,
  ...more
})

export const entered = (seconds: number, to: string, text: string): TimelineEvent => ({
  recovery: 'r-1',
  seq: seconds,
  atMs: at(seconds),
  kind: 'state',
  actor: 'switchover',
  text,
  data: { to }
})

export const noted = (seconds: number, text: string): TimelineEvent => ({
  recovery: 'r-1',
  seq: seconds,
  atMs: at(seconds),
  kind: 'note',
  actor: 'switchover',
  text
})

export const recovery = (more: Partial<RecoveryView> = {}): RecoveryView => ({
  id: 'r-1',
  version: 1,
  host: 'compute-01',
  segment: 'rack-a',
  origin: 'alarm',
  state: 'confirming',
  openedAtMs: at(10),
  sinceMs: at(10),
  moves: { planned: 0, staying: 0 },
  chain: 0,
  settings: {},
  fenceIntents: {},
  proofs: {},
  servers: [],
  targets: {},
  vouchedServers: {},
  moveList: [],
  timeline: [],
  signals: [],
  ...more
})

/** The way to `moving`, as the timeline tells it. */
export const wayToMoving: readonly TimelineEvent[] = [
  entered(12, 'planning', 'the host is dead: nova-compute is down, and ssh:22 is silent'),
  entered(13, 'fencing', 'planned: 4 servers to compute-03'),
  noted(13, 'powers compute-01 off by bmc'),
  entered(18, 'isolating', 'compute-01 is off: fenced by bmc, two readings'),
  entered(19, 'preparing', 'disabled and forced down; 4 servers are on it'),
  entered(21, 'moving', 'the targets are enabled and the scheduler may use them')
]

export const scene = (seconds: number, more: Partial<Scene> = {}): Scene => ({
  nowMs: at(seconds),
  startedAtMs,
  story: [
    { atMs: at(1), text: 'it observes' },
    { atMs: at(2), text: 'compute-01 panics' }
  ],
  hosts: [host('compute-01'), host('compute-02'), host('compute-03', { isSpare: true, guests: [] })],
  recoveries: [],
  ...more
})

/** Half-way: two of four servers have arrived. */
export const halfWay: Scene = scene(30, {
  hosts: [
    host('compute-01', {
      state: 'off',
      marks: ['disabled', 'forced down'],
      guests: guests(2, { state: 'lost', isMoved: true })
    }),
    host('compute-02'),
    host('compute-03', { isSpare: true, guests: guests(2, { isMoved: true }) })
  ],
  recoveries: [
    recovery({
      state: 'moving',
      timeline: [...wayToMoving],
      moveList: [move('web-1', 'arrived'), move('web-2', 'arrived'), move('web-3', 'moving'), move('web-4', 'waiting')]
    })
  ]
})
