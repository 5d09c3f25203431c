import type { Case } from './case.ts'

/** Rules 16 and 20: a word counts for what the person saw, and nothing is begun while the segment only observes. */
export function watchPeople({ recorder, book, chronicle, segment }: Case): void {
  recorder.listen({
    command({ kind, version, recovery }, answer, versions) {
      if (answer === 'accepted' && !versions.includes(version))
        book.breach(
          'old-word',
          `${kind} for version ${version} of ${recorder.recoveries.get(recovery)?.host} was taken`
        )
    },
    step(recovery, step) {
      if (step.state !== 'sending') return
      const disarmed = chronicle.last('disarm', '') ?? (segment.armed === false ? 0 : undefined)
      const armed = chronicle.last('arm', '')
      if (disarmed === undefined || (armed !== undefined && armed > disarmed)) return
      if (chronicle.isOld(disarmed))
        book.breach('armed', `${step.kind} ${step.target} while ${recovery.segment} observes`)
    }
  })
}
