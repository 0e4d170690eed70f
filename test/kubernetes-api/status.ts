import type { ServerResponse } from 'node:http'

/** What an API server says when it says no: the body of an answer, or the object of an ERROR event. */
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Readonly<Record<string, unknown>>
  readonly status: 'Failure'
  readonly message: string
  readonly reason: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly code: number
}

function failure(
  code: number,
  reason: string,
  message: string,
  more: Pick<Partial<Status>, 'details' | 'metadata'> = {},
): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...more, code }
}

export const unauthorized = failure(401, 'Unauthorized', 'Unauthorized')
export const notFound = failure(404, 'NotFound', 'the server could not find the requested resource')
export const badRequest = (message: string): Status => failure(400, 'BadRequest', message)
export const notAllowed = failure(
  405,
  'MethodNotAllowed',
  'the server does not allow this method on the requested resource',
)

export function forbidden(asked: {
  readonly user: string
  readonly verb: string
  readonly resource: string
  readonly group: string
  readonly namespace?: string | undefined
}): Status {
  const { user, verb, resource, group, namespace } = asked
  const full = group === '' ? resource : `${resource}.${group}`
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const message = `${full} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`
  return failure(403, 'Forbidden', message, { details: { ...(group && { group }), kind: resource } })
}

/** A watch wants to go on from a version whose successors are forgotten. */
export const tooOld = (version: number, current: number): Status =>
  failure(410, 'Expired', `too old resource version: ${version} (${current})`)

/** A list that took too long; `token` would go on with what there is now. */
export const continueTooOld = (token: string): Status =>
  failure(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.',
    { metadata: { continue: token } },
  )

export function refuse(answer: ServerResponse, status: Status): void {
  answer.writeHead(status.code, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  answer.end(`${JSON.stringify(status)}\n`)
}

/** Priority and fairness turns requests away in plain text. */
export function turnAway(answer: ServerResponse, retryAfterS: number): void {
  answer.writeHead(429, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': String(retryAfterS) })
  answer.end('Too many requests, please try again later.\n')
}
