import type { IncomingMessage } from 'node:http'

/** Why a connection was turned away, and the status it is told. Closed: the reasons are metric labels. */
export const statuses = {
  'bad-request': '400 Bad Request',
  'bad-hello': '400 Bad Request',
  'no-proof': '401 Unauthorized',
  'bad-proof': '403 Forbidden',
  'stale-proof': '403 Forbidden',
  'replayed-proof': '403 Forbidden',
  'unknown-path': '404 Not Found',
  'unknown-method': '405 Method Not Allowed',
  'slow-request': '408 Request Timeout',
  'second-hello': '409 Conflict',
  'duplicate-id': '409 Conflict',
  'body-too-large': '413 Content Too Large',
  flood: '429 Too Many Requests',
  'head-too-large': '431 Request Header Fields Too Large',
  'max-connections': '503 Service Unavailable',
} as const
export type Rejection = keyof typeof statuses

/** What keeps us from serving a request that could be read. */
export function amissWith({ url, method, headers }: IncomingMessage): Rejection | undefined {
  if (url !== '/hold') return 'unknown-path'
  if (method !== 'GET' && method !== 'POST' && method !== 'DELETE') return 'unknown-method'
  const carriesBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  return carriesBody && method !== 'POST' ? 'body-too-large' : undefined
}

/** The reason behind node's `clientError`; `undefined` when the connection broke and nothing was wrong with the bytes. */
export function unreadable(error: Error): Rejection | undefined {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'HPE_HEADER_OVERFLOW') return 'head-too-large'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'slow-request'
  return code.startsWith('HPE_') ? 'bad-request' : undefined
}
