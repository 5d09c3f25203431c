import type { Rules } from '../../core/rules.ts'

/** What an operator should know of the rules though nothing is wrong with them: what a rule forgets nobody looks at again. */
export function remindersOf({ list }: Pick<Rules, 'list'>): string[] {
  return list.flatMap(({ name, then, forgets }) =>
    forgets
      ? `mind rule "${name}": it says ${then} by the time, and a host that dies meanwhile stays dead after it; recover with approval: required waits for a person instead`
      : []
  )
}
