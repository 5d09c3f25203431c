/**
 * The shape of a JSON value: the names of its keys, and of each leaf its type. A list has the shapes of its items, each once:
 * what a client must be able to read, without the values that differ from cloud to cloud.
 */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null'
  if (Array.isArray(value)) {
    const shapes = new Map(value.map(item => [JSON.stringify(shapeOf(item)), shapeOf(item)]))
    return [...shapes.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, shape]) => shape)
  }
  if (typeof value !== 'object') return typeof value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]): [string, unknown] => [key, shapeOf(item)])
      .sort(([a], [b]) => (a < b ? -1 : 1))
  )
}
