import type { RecoveryView } from '../schemas/recovery.d.ts'

/** The timeline speaks of servers by their ids; people know their names. */
export function withNames(text: string, { moveList }: Pick<RecoveryView, 'moveList'>): string {
  return moveList.reduce((said, { server, name }) => (name === undefined ? said : said.replaceAll(server, name)), text)
}
