/** Small words for the parts of the API's contract that the routes share. */

const problemTexts: Readonly<Record<number, string>> = {
  400: 'The request is not as it should be.',
  401: 'No valid token.',
  403: 'The token does not allow this.',
  404: 'There is no such thing.',
  409: 'The thing has moved on or has ended: look again.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Too many at once: wait as long as Retry-After says.',
  502: 'OpenStack refused us.',
  503: 'The database or OpenStack cannot be used now: wait as long as Retry-After says.'
}

/** A reference to schemas/NAME.json. */
export function ref(name: string): { $ref: string } {
  return { $ref: `${name}.json` }
}

/** A success, and the problems that a route may answer with. */
export function answers(success: Readonly<Record<number, object>>, ...problems: number[]): Record<string, object> {
  const content = { 'application/problem+json': { schema: ref('problem') } }
  const refused = problems.map(status => [String(status), { description: problemTexts[status], content }])
  return { ...success, ...Object.fromEntries(refused) }
}

/** A JSON answer of the named schema, with what it means. */
export function json(description: string, schema: object): object {
  return { description, content: { 'application/json': { schema } } }
}

export function listOf(name: string): object {
  return {
    type: 'object',
    required: ['items'],
    properties: {
      items: { type: 'array', items: ref(name) },
      cursor: { type: 'string', description: 'Give it as `cursor` for the next page; missing on the last.' }
    }
  }
}

/** Query parameters of a list; what is not named is refused, so that a misspelt filter is not silently ignored. */
export function listQuery(filters: Readonly<Record<string, object>>): object {
  return {
    type: 'object',
    properties: {
      ...filters,
      limit: { type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'How many at most.' },
      cursor: { type: 'string', minLength: 1, maxLength: 500, description: 'The `cursor` of the page before.' }
    },
    additionalProperties: false
  }
}

export const idParams = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', minLength: 1, maxLength: 64, description: 'Its id.' } }
}

export const alarmSecurity: readonly Record<string, readonly string[]>[] = [
  { bearer: [] },
  { basic: [] },
  { queryToken: [] }
]
export const peopleSecurity: readonly Record<string, readonly string[]>[] = [{ bearer: [] }, { basic: [] }]
