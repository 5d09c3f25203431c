import type { Settings } from '../../../src/core/segment.ts'

/** What the instance rules of a simulation say of a server. They look at the end of its name only, so that this can be read without CEL. */
export function ruleFor({ servers = [] }: Pick<Settings, 'servers'>, name: string): 'move' | 'leave' | 'leaveStopped' {
  for (const { when, then } of servers) {
    const [, end] = /^server\.name\.endsWith\("([^"]+)"\)$/.exec(when) ?? []
    if (end === undefined) throw new Error(`the laws can't read the rule ${when}`)
    if (name.endsWith(end)) return then
  }
  return 'move'
}
