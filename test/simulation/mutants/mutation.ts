/** One change of a file below `src/`, as text. */
export interface Edit {
  readonly file: string
  /** Must occur exactly once, or the list has rotted. */
  readonly find: string
  readonly replace: string
}

/** A bug that a tired engineer would write; more than one edit where one alone is caught by another line of defence. */
export interface Mutation {
  readonly name: string
  /** What goes wrong, a sentence. */
  readonly bug: string
  readonly edits: readonly Edit[]
}
