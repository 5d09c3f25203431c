import type { Segment } from '../core/segment.ts'

/** Members of a segment: named, or all hosts of an aggregate or an availability zone. */
export type Members = { readonly names: readonly string[] } | { readonly aggregate: string } | { readonly zone: string }

/** A segment as configured; who belongs to it is looked up in the cloud. */
export interface SegmentConfig extends Omit<Segment, 'hosts' | 'spares'> {
  readonly hosts: Members
  readonly spares: Members
  /** Overrides the whole cloud's `armed`. */
  readonly armed?: boolean
}
