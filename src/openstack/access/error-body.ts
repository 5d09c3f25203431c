const messageLengthMax = 500

/**
 * The human part of an error body of any OpenStack service, one line, shortened. Each service has its own shape:
 * Nova and Cinder name the top key after the code, Keystone has `error`, Placement `errors[]`, Aodh and Ironic
 * `error_message` (Ironic's is JSON text in JSON), Neutron `NeutronError`; a proxy in between answers HTML.
 */
export function messageOfBody(text: string): string | undefined {
  const body = parse(text)
  const found = body === undefined ? withoutTags(text) : find(body)
  const line = found?.replaceAll(/\s+/g, ' ').trim()
  return line === undefined || line === '' ? undefined : line.slice(0, messageLengthMax)
}

const keysOfMessages = ['message', 'detail', 'faultstring', 'description', 'cause', 'reason', 'title']

/** The first message below `value`; a bare string is one only where `isMessage` says so. */
function find(value: unknown, isMessage = false): string | undefined {
  if (typeof value === 'string') return findInText(value, isMessage)
  if (Array.isArray(value)) return firstOf(value, each => find(each, isMessage))
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Record<string, unknown>
  const message = firstOf(keysOfMessages, key => find(fields[key], true))
  return message ?? firstOf(Object.entries(fields), ([key, inner]) => find(inner, key === 'error_message'))
}

function findInText(text: string, isMessage: boolean): string | undefined {
  const inner = text.trimStart().startsWith('{') ? parse(text) : undefined
  if (inner !== undefined) return find(inner)
  return isMessage && text !== '' ? text : undefined
}

function firstOf<T>(items: readonly T[], look: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = look(item)
    if (found !== undefined) return found
  }
  return undefined
}

function withoutTags(text: string): string {
  return text.replaceAll(/<(style|script)[\s\S]*?<\/\1>/gi, ' ').replaceAll(/<[^>]*>/g, ' ')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The text with each of the secrets blotted out: a service or a proxy may repeat what it was sent. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')), text)
}
