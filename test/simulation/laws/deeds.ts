import type { Cloud, Ports } from '../../../src/controller/ports/ports.ts'
import { spareReason } from '../../../src/core/marks.ts'
import type { PowerReading, Recovery } from '../../../src/core/recovery.ts'
import { hasEnded } from '../../../src/core/recovery.ts'
import type { Deed } from '../../../src/emulator/model/world.ts'
import type { Case } from './case.ts'
import type { Law } from './law-book.ts'

/** A power reading counts for so long. */
const readingAgeMaxMs = 65_000

/** Reports are noticed after two of them, 10 s apart, and a round or two. */
const reportingMaxMs = 40_000

/** Looks at each deed when it takes effect: was it allowed by what was on record at that moment? */
export function watchDeeds({ world, recorder, book, spares }: Case): void {
  world.watchers.push(deed => {
    const objection = objectionTo(deed, [...recorder.recoveries.values()], spares)
    if (objection !== undefined) book.breach(objection[0], `${deed.kind} ${deed.on}: ${objection[1]}`)
  })
}

function objectionTo(
  deed: Deed,
  recoveries: readonly Recovery[],
  spares: readonly string[]
): [Law, string] | undefined {
  const open = recoveries.filter(recovery => !hasEnded(recovery))
  switch (deed.kind) {
    case 'powerOff':
      return open.some(recovery => recovery.fenceIntents[deed.on] !== undefined)
        ? undefined
        : ['intent-first', 'no intent was on record']
    case 'isolate':
      return open.some(recovery => recovery.proofs[deed.on] !== undefined)
        ? undefined
        : ['proof-first', 'no proof was on record']
    case 'enable':
    case 'disable':
    case 'aggregate':
      return spares.includes(deed.on) ? undefined : ['own-things-only', 'it is no spare of ours']
    case 'reset':
    case 'start':
    case 'stop':
    case 'evacuate':
      return open.some(recovery => recovery.servers.some(server => server.id === deed.on))
        ? undefined
        : ['own-things-only', 'it is on no binding list']
    case 'rearm':
      return undefined
  }
}

/** As the process sees it: before an evacuate leaves, its proof, its last power reading and its target's holder are looked at. */
export function lawfulPorts({ cloud, fencing }: Watched, at: Case): Watched {
  const heard: Heard = new Map()
  return {
    cloud: lawfulCloud(cloud, heard, at),
    fencing: {
      ...fencing,
      async read(agent, host, signal) {
        const reading = await fencing.read(agent, host, signal)
        heard.set(host, (heard.get(host) ?? new Map()).set(agent, reading))
        return reading
      }
    }
  }
}

/** Host → agent → what it said last. */
type Heard = Map<string, Map<string, PowerReading>>

type Watched = Pick<Ports, 'cloud' | 'fencing'>

function lawfulCloud(cloud: Cloud, heard: Heard, at: Case): Cloud {
  const { world, recorder, book } = at
  return {
    ...cloud,
    async enable(serviceId, signal) {
      checkSpare(at, serviceId)
      return await cloud.enable(serviceId, signal)
    },
    async evacuate(id, target, signal) {
      const source = world.servers.get(id)?.host
      if (source !== undefined && source !== target) {
        checkProof(at, source, heard.get(source))
        const holder = (await recorder.store.targets())[target]
        if (holder === undefined || recorder.recoveries.get(holder)?.host !== source) {
          book.breach('one-holder', `${id} is sent to ${target}, which the recovery of ${source} does not hold`)
        }
      }
      return cloud.evacuate(id, target, signal)
    }
  }
}

/** What others disabled for their own reasons stays so. */
function checkSpare({ world, book, chronicle }: Case, serviceId: string): void {
  const host = [...world.hosts.values()].find(one => one.serviceId === serviceId)
  if (host === undefined || host.enabled || host.disabledReason === spareReason) return
  if (!chronicle.isOld(chronicle.last('disable', host.name) ?? 0)) return
  book.breach('own-things-only', `enable of ${host.name}: others have disabled it (${host.disabledReason})`)
}

function checkProof(
  { world, recorder, book }: Case,
  source: string,
  said: ReadonlyMap<string, PowerReading> | undefined
): void {
  const since = world.hosts.get(source)?.reportingSinceMs
  if (since !== undefined && world.clock.now() - since > reportingMaxMs)
    book.breach('proof-first', `a server leaves ${source}, whose nova-compute has long been reporting`)
  const proof = recorder.proofFor(source)
  if (proof === undefined) book.breach('proof-first', `a server leaves ${source} without a proof`)
  if (proof?.kind !== 'fenced') return
  // Of redundant feeds each has to be off.
  for (const { agent } of proof.agents) {
    const reading = said?.get(agent)
    if (reading?.power !== 'off')
      book.breach('proof-first', `a server leaves ${source}, which last read ${reading?.power}`)
    else if (world.clock.now() - reading.atMs > readingAgeMaxMs)
      book.breach('proof-first', `a server leaves ${source} on a stale reading`)
  }
}
