import type { HostSpec, ServerSpec } from '../../../src/emulator/model/spec.ts'
import type { ScenarioEvent } from '../scenario.ts'
import type { Chance } from './chance.ts'

/** The one that fails. */
export const host = 'compute-01'

/** Six hosts, of which the first has `servers` and the second two, and spares. */
export function rack(
  servers: number | readonly ServerSpec[],
  spares: number,
  spare: HostSpec = {}
): Record<string, HostSpec> {
  const others = Array.from({ length: 4 }, (_, index): [string, HostSpec] => [`compute-0${index + 3}`, {}])
  const names = Array.from({ length: spares }, (_, index): [string, HostSpec] => [
    `spare-${index + 1}`,
    { ...spare, spare: true }
  ])
  return { [host]: { servers }, 'compute-02': { servers: 2 }, ...Object.fromEntries([...others, ...names]) }
}

/** It does, somehow, and its alarm is heard. */
export function dies(chance: Chance, name = host): ScenarioEvent[] {
  const at = chance.int(2, 20)
  return [
    { at, do: chance.pick(['panic', 'powerOff', 'cutOff'] as const), host: name },
    { at: at + 5, do: 'alarm', host: name }
  ]
}
