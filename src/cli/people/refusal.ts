import type { Access } from './access.ts'
import type { Request } from './client.ts'
import { plain } from './plain.ts'
import { ServiceError } from './service-error.ts'

export interface Refused {
  readonly status: number
  readonly body: object | undefined
  readonly type: string
  readonly location: string | undefined
}

const detailMax = 2000

/** The error for an answer that is no success: the API's own words, and what to do where those can't know it. */
export function refusal(
  { url, urlFrom, tokenFrom }: Access,
  { method, path }: Request,
  refused: Refused
): ServiceError {
  const { status, location, type } = refused
  const at = `${url} (${urlFrom})`
  if (status < 400)
    return new ServiceError(
      'strange',
      `${at} sends us elsewhere (${status}): is the service at ${plain(location ?? '?')} ?`,
      status
    )
  const detail = detailOf(refused)
  const said = (what: string) => new ServiceError('refused', what, status)
  if (status === 401) return said(`${at} does not know the token (${tokenFrom})`)
  if (status === 429 && detail !== undefined) return said(`${at}: ${detail}`)
  if (status === 403 && detail !== undefined) return said(`${detail} (${tokenFrom})`)
  if (detail !== undefined) return said(detail)
  const what = `${method} ${path} was answered ${status}, ${plain(type)}, by ${at}`
  return status >= 500
    ? said(`${what}: what is in front of the service does not reach it, or it is no Switchover`)
    : new ServiceError('strange', `${what}: that is no Switchover, or another path`, status)
}

/** Of problem+json alone: what a proxy says of itself is not the service's word. */
function detailOf({ body, type }: Refused): string | undefined {
  if (body === undefined || !type.startsWith('application/problem+json') || !('detail' in body)) return undefined
  return typeof body.detail === 'string' ? asCommands(plain(body.detail).slice(0, detailMax)) : undefined
}

/** The API advises in its own words; who types commands is told the command. */
const commands: readonly (readonly [ofApi: string, ofPeople: string])[] = [
  ['GET /v1/segments lists', 'switchover status --json lists'],
  ['GET /v1/recoveries lists them', 'switchover status lists what is open'],
  ['GET /v1/signals lists them', 'switchover status lists those of the last day'],
  ['POST /v1/recoveries', 'switchover recover']
]

function asCommands(text: string): string {
  return commands.reduce((said, [ofApi, ofPeople]) => said.replaceAll(ofApi, () => ofPeople), text)
}
