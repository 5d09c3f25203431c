import type { Ports } from '../../../src/controller/ports/ports.ts'
import { caller } from '../caller.ts'
import { commands } from '../random/calls-in.ts'
import type { Recorder } from '../recorder.ts'
import type { LawBook } from './law-book.ts'

/** Recovery → the process that took it last. */
export type Drivers = ReadonlyMap<string, string>

export function watchDrivers(recorder: Recorder): Drivers {
  const drivers = new Map<string, string>()
  recorder.listen({ claim: (recovery, owner) => void drivers.set(recovery, owner) })
  return drivers
}

/** At the moment in which a process sends a command: does it drive the recovery for which it does so? */
export function drivenBy<T extends Pick<Ports, 'cloud' | 'fencing'>>(
  ports: T,
  owner: string,
  drivers: Drivers,
  book: LawBook
): T {
  const watched = <P extends object>(port: P, name: string): P =>
    new Proxy(port, {
      get(of, key) {
        const member: unknown = Reflect.get(of, key)
        const call = `${name}.${String(key)}`
        if (typeof member !== 'function' || !isCommand(call)) return member
        return (...args: unknown[]): unknown => {
          const recovery = caller.recovery()
          if (recovery !== undefined && drivers.get(recovery) !== owner)
            book.breach('one-driver', `${call} is sent by ${owner}, and ${drivers.get(recovery)} drives its recovery`)
          return member.apply(of, args)
        }
      }
    })
  return { ...ports, cloud: watched(ports.cloud, 'cloud'), fencing: watched(ports.fencing, 'fencing') }
}

function isCommand(call: string): boolean {
  return call === 'fencing.powerOff' || commands.includes(call)
}
