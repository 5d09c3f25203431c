import type { State } from '../../../src/core/recovery.ts'

type Reasons = Partial<Record<State, string>>

const noneIs = (reason: string, ...states: State[]): Reasons => Object.fromEntries(states.map(state => [state, reason]))

const aodh = noneIs('alarms are set back when a recovery ends, and from here none does', 'isolating', 'preparing')

const reading = noneIs(
  'power is read as evidence, to fence, while servers move, and while it is held',
  ...(['planning', 'isolating', 'preparing', 'verifying'] as const)
)

const powerOff = noneIs(
  'only the fence powers off',
  ...(['confirming', 'planning', 'isolating', 'preparing', 'moving', 'verifying', 'held'] as const)
)

const command = {
  confirming: 'nothing is touched before there is a verdict and a plan',
  held: 'what is held touches nothing'
}

const placement = {
  confirming: 'room is asked for by the plan',
  verifying: 'what has moved needs no room'
}

const life = noneIs(
  'signs of life are asked for the verdict, for the fence, under a word, and while it is held',
  ...(['planning', 'isolating', 'preparing', 'verifying'] as const)
)

/** Faults that can't meet a state, and why; all others must be met. */
export const impossibleCells: Readonly<Record<string, Reasons>> = {
  ...rows('a call of Aodh', aodh),
  ...rows('a power reading', reading),
  ...rows('a power-off', powerOff),
  ...rows('a command to Nova', command),
  ...rows('a read of Placement', placement),
  ...rows('a sign of life', life)
}

function rows(subject: string, reasons: Reasons): Record<string, Reasons> {
  const words = ['fails', 'fails, though it took effect', 'comes late', 'is answered late', 'is answered in part']
  return Object.fromEntries(words.map(word => [`${subject} ${word}`, reasons]))
}
