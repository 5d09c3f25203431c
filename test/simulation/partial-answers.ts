import type { Amounts, HostsReading, Room } from '../../src/core/inventory.ts'

/**
 * What a service may leave out without a word. Nova shows hosts of a cell that it can't read as unknown; Placement may not
 * know a provider yet; other lists are whole or an error (the adapters see to that), so they stay as they are.
 */
export function partOf(name: string, answer: unknown): unknown {
  switch (name) {
    case 'cloud.hosts': {
      const reading = answer as HostsReading
      const [first, ...others] = reading.hosts
      return first === undefined
        ? reading
        : { ...reading, hosts: [{ name: first.name, serviceId: first.serviceId, ...unread }, ...others] }
    }
    case 'cloud.rooms':
      return (answer as Room[]).slice(1)
    case 'cloud.needs':
      return new Map([...(answer as Map<string, Amounts>)].slice(1))
    case 'cloud.addresses':
      return Object.fromEntries(Object.entries(answer as Record<string, string>).slice(1))
    case 'cloud.portsOf':
    case 'cloud.attachmentsOf':
      return undefined
    default:
      return answer
  }
}

const unread = { status: 'unknown', state: 'unknown', forcedDown: false } as const
