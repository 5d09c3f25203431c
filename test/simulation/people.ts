import type { NewSignal, Received, Store } from '../../src/controller/ports/ports.ts'
import type { Service } from '../../src/controller/service/service.ts'
import { hostAlarm } from '../../src/emulator/model/alarms.ts'
import type { World } from '../../src/emulator/model/world.ts'
import { messageOf } from '../../src/errors.ts'
import type { Deed } from './scenario.ts'

interface Around {
  readonly store: Store
  readonly world: World
  /** A signal was taken. */
  readonly hear: (received: Received) => void
}

/** What an operator or Aodh says to the service; the answer is a line for the log, or nothing worth one. */
export async function tell(
  service: Service,
  { store, world, hear }: Around,
  deed: Deed,
  key: string
): Promise<string | undefined> {
  const receive = async (signal: NewSignal): Promise<string> => {
    const received = await service.receive(signal)
    hear(received)
    return received.outcome
  }
  switch (deed.do) {
    case 'alarm':
    case 'ok':
    case 'insufficient data': {
      const { host, ...nameless } = aodhSays(world, deed.host, deed.do, key)
      return await receive('nameless' in deed ? nameless : { host: deed.host, ...nameless })
    }
    case 'trigger':
      return await receive({ source: 'manual', actor: 'alice', host: deed.host, reason: 'I saw it', dedupeKey: key })
    case 'arm':
    case 'disarm':
      await service.setArming({ armed: deed.do === 'arm' }, 'alice', 'as the scenario says')
      return undefined
    case 'approve':
    case 'retry':
    case 'cancel':
      return command(service, store, { kind: deed.do, of: deed.host }, 'late' in deed ? 1 : 0)
    case 'vouch':
      return command(service, store, {
        kind: 'vouch',
        of: deed.of,
        ...(deed.host === undefined ? {} : { host: deed.host }),
        ...(deed.server === undefined ? {} : { server: deed.server })
      })
    default:
      throw new Error(`nobody can do ${deed.do}`)
  }
}

function aodhSays(world: World, host: string, current: string, key: string): NewSignal {
  const previous = world.alarms.get(`alarm-of-${host}`)?.state ?? 'ok'
  const { id, name } = hostAlarm(world, host, current)
  const alarm = { id, name, current, previous, severity: 'critical', type: 'event', traits: {} }
  return { source: 'aodh', actor: 'aodh', host, alarm, dedupeKey: key }
}

/** A person looks, decides and sends; when the recovery moved meanwhile, the person looks again. Others look too long. */
async function command(
  service: Service,
  store: Store,
  words: { kind: 'approve' | 'vouch' | 'retry' | 'cancel'; of: string; host?: string; server?: string },
  versionsAgo = 0
): Promise<string> {
  const { of, ...rest } = words
  for (let tries = 0; tries < 5; tries++) {
    const page = await store.recoveries({ host: of, limit: 1 })
    const seen = page.items[0]
    if (seen === undefined) return 'there is no recovery'
    try {
      const answer = await service.command({
        ...rest,
        recovery: seen.recovery.id,
        actor: 'alice',
        reason: 'I looked',
        version: seen.version - versionsAgo
      })
      if (answer !== 'stale' || versionsAgo > 0) return typeof answer === 'string' ? answer : 'opened another'
    } catch (error) {
      return messageOf(error)
    }
  }
  return 'stale'
}
