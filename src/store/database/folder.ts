import { userInfo } from 'node:os'

/** What is to be done about a folder in which this process can't write. */
export function folderAdvice(folder: string): string {
  return `make the folder ${folder}, owned by user ${userName()}`
}

/** A container may run as a number that no name belongs to. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}
