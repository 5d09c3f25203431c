/** One step: one agent, or those of all feeds of a machine, each of which has to prove that it is off. */
export interface LadderStep {
  readonly agents: readonly string[]
  /** How long it has to bring its proof, ms. */
  readonly timeoutMs: number
  /** Power-offs by each agent after its first. */
  readonly retries: number
}

/** How a segment's hosts are proven off: the first step that proves it ends it. `waived`: in so many words, nothing is. */
export type Ladder = 'waived' | readonly LadderStep[]

/** Every agent of the ladder once, in its order; none where it is waived. */
export function agentsOf(ladder: Ladder | undefined): string[] {
  return [...new Set(stepsOf(ladder).flatMap(step => step.agents))]
}

/** Agents that speak of the machine. Those of several speak of a feed each, and a feed may be on while the machine is off. */
export function witnessesOf(ladder: Ladder | undefined): string[] {
  return agentsOf(stepsOf(ladder).filter(step => step.agents.length === 1))
}

export function stepsOf(ladder: Ladder | undefined): readonly LadderStep[] {
  return ladder === undefined || ladder === 'waived' ? [] : ladder
}

/** Why no step can bring its proof, where each has an agent that `whyNot` knows something against; undefined if one may. */
export function hopelessness(
  ladder: Ladder | undefined,
  whyNot: (agent: string) => string | undefined
): string | undefined {
  const steps = stepsOf(ladder).map(({ agents }) =>
    agents.flatMap(agent => {
      const why = whyNot(agent)
      return why === undefined ? [] : [`${agent}: ${why}`]
    })
  )
  if (steps.length === 0 || steps.some(against => against.length === 0)) return undefined
  return [...new Set(steps.flat())].join('; ')
}
