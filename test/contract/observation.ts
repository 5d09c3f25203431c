/** What was seen at one step of a case: plain JSON in which nothing is by chance. */
export interface Observation {
  /** What was done or had happened; a step has its name once in a case. */
  readonly step: string
  readonly [fact: string]: unknown
}

/** Case → what was seen, step by step. A case that could not be played to its end says why in a step of its own. */
export type Observations = Readonly<Record<string, readonly Observation[]>>

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g

/** Takes out what differs from run to run. `names`: the ids that have a name in this case. */
export function normalised<T>(facts: T, names: ReadonlyMap<string, string>): T {
  const text = JSON.stringify(facts)
    .replaceAll(/\breq-[0-9a-f-]{36}\b/g, '<request>')
    .replaceAll(uuid, id => (names.has(id) ? `<${names.get(id)}>` : '<uuid>'))
    .replaceAll(/\binstance-[0-9a-f]{8}\b/g, '<instance>')
  return JSON.parse(text) as T
}
