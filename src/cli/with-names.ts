import type { RecoveryView } from '../schemas/recovery.d.ts'

/** The timeline speaks of servers by their ids; people know their names. */
export function withNames(text: string, { moveList }: Pick<RecoveryView, 'moveList'>): string {
  return moveList.reduce(
    // By a function: a name may have what a pattern of replacement would obey, as $&.
    (said, { server, name }) => (name === undefined ? said : said.replaceAll(server, () => name)),
    text
  )
}
