import { whereRunning } from '../../src/emulator/model/oracle.ts'
import type { Emulator } from '../../src/emulator/start-emulator.ts'

/** What must be so at the end of every soak: no guest ever ran twice, and each runs on exactly one host, the one that Nova names. */
export function misplaced({ world }: Emulator, ids: readonly string[]): string[] {
  const wrong = ids.flatMap(id => {
    const places = whereRunning(world, id)
    const named = world.servers.get(id)?.host
    return places.length === 1 && places[0] === named
      ? []
      : [`${id} runs on [${places.join(', ')}], Nova says ${named}`]
  })
  return [...world.findings, ...wrong]
}

/** Each server that was asked to be evacuated more often than once, or though its guest ran elsewhere already. */
export function movedTwice({ world }: Emulator): string[] {
  const counts = new Map<string, number>()
  for (const { kind, on } of world.deeds) if (kind === 'evacuate') counts.set(on, (counts.get(on) ?? 0) + 1)
  return [...counts].flatMap(([server, count]) => (count > 1 ? [`${server} was evacuated ${count} times`] : []))
}

/** Hosts that were powered off or isolated though nothing was wrong with them. */
export function wronged({ world }: Emulator, dead: readonly string[]): string[] {
  return world.deeds.flatMap(({ kind, on }) =>
    (kind === 'powerOff' || kind === 'isolate') && !dead.includes(on) ? [`${on}: ${kind} though it is well`] : []
  )
}

export function serversOn({ world }: Emulator, host: string): string[] {
  return [...world.servers.values()].filter(server => server.host === host).map(({ id }) => id)
}
