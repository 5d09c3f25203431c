import type { Stage } from './steps/stage.ts'

/** One situation, brought about in the same way in every world. What is written down of it must be the same in all. */
export interface ContractCase {
  /** In kebab-case. */
  readonly name: string
  /** What it asks the cloud; a sentence. */
  readonly asks: string
  /** Also in the gate, which has no time for all. */
  readonly telling?: true
  /** Begins on a cloud that was reset. */
  play(stage: Stage): Promise<void>
}
