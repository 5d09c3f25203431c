import type { Aggregate, Host } from '../../core/inventory.ts'
import type { DefinitionFacts, HostFacts, SegmentFacts } from '../../core/rules/facts.ts'
import type { Segment } from '../../core/segment.ts'
import type { AlarmDefinition } from '../ports/ports.ts'

/** What rules may look at of the segment. */
export function segmentFacts({ name, settings, approval, hosts, spares }: Segment): SegmentFacts {
  const { method, storage } = settings
  return { name, method, storage, approval, hosts: hosts.length, spares: spares.length }
}

/** What rules may look at of a host as Nova listed it. */
export function hostFacts(host: Host | undefined, aggregates: readonly Aggregate[]): HostFacts | 'none' {
  if (host === undefined) return 'none'
  return {
    zone: host.zone ?? '',
    aggregates: aggregates.filter(one => one.hosts.includes(host.name)).map(one => one.name),
    status: host.status,
    state: host.state,
    forcedDown: host.forcedDown,
    disabledReason: host.disabledReason ?? ''
  }
}

/** What rules may look at of an alarm as Aodh defines it. */
export function definitionFacts(definition: AlarmDefinition): DefinitionFacts {
  const { name, type, projectId, description = '', enabled, repeatActions } = definition
  return { name, type, project: projectId, description, enabled, repeatActions }
}
