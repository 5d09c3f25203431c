/** Does the work for one key one piece after the other: BMCs bear no more. */
export function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const turn = (tails.get(key) ?? Promise.resolve()).then(work)
    tails.set(
      key,
      turn.catch(() => undefined)
    )
    return await turn
  }
}
