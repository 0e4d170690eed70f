import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { classify } from './classify.ts'

const system = (code: string, syscall?: string) => Object.assign(new Error(code), { code, ...(syscall && { syscall }) })

test.each([
  ['a reset read keeps the system call', system('ECONNRESET', 'read'), { fate: 'reset', code: 'ECONNRESET read' }],
  ['a write after the reset is a reset', system('EPIPE', 'write'), { fate: 'reset', code: 'EPIPE write' }],
  ['the kernel giving up is a timeout', system('ETIMEDOUT', 'read'), { fate: 'timeout', code: 'ETIMEDOUT read' }],
  ['a refused connect', system('ECONNREFUSED', 'connect'), { fate: 'refused', code: 'ECONNREFUSED connect' }],
  ['no free port', system('EADDRINUSE', 'bind'), { fate: 'unreachable', code: 'EADDRINUSE bind' }],
  ['no route', system('EHOSTUNREACH', 'connect'), { fate: 'unreachable', code: 'EHOSTUNREACH connect' }],
  [
    'a name without address',
    system('ENOTFOUND', 'getaddrinfo'),
    { fate: 'unreachable', code: 'ENOTFOUND getaddrinfo' },
  ],
  ['our own deadline', system('DEADLINE'), { fate: 'timeout', code: 'DEADLINE' }],
  ['a broken HTTP reply', system('HPE_INVALID_CONSTANT'), { fate: 'wrong-reply', code: 'HPE_INVALID_CONSTANT' }],
  [
    'undici: no HTTP at all',
    Object.assign(new Error('Response does not match'), { name: 'HTTPParserError', code: undefined }),
    { fate: 'wrong-reply', code: 'HTTPParserError' },
  ],
  [
    'undici: an answer too long',
    system('UND_ERR_RES_EXCEEDED_MAX_SIZE'),
    { fate: 'wrong-reply', code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' },
  ],
  ['undici: other side closed', system('UND_ERR_SOCKET'), { fate: 'closed', code: 'UND_ERR_SOCKET' }],
  [
    'a reset inside undici wins over its wrapper',
    Object.assign(new TypeError('fetch failed'), { cause: system('ECONNRESET', 'read') }),
    { fate: 'reset', code: 'ECONNRESET read' },
  ],
  [
    'happy eyeballs: the first address speaks',
    new AggregateError([system('ECONNREFUSED', 'connect'), system('ENETUNREACH', 'connect')]),
    { fate: 'refused', code: 'ECONNREFUSED connect' },
  ],
  ['a bug keeps its first line', new RangeError('out of\nrange'), { fate: 'bug', code: 'RangeError: out of' }],
  ['something that is no error at all', 'boom', { fate: 'bug', code: 'boom' }],
])('%s', (_, thrown, word) => expect(classify(thrown)).toEqual(word))

test('a missed deadline is a timeout, though node wraps it in an AbortError', async () => {
  const thrown: unknown = await sleep(10_000, undefined, { signal: AbortSignal.timeout(5) }).catch((e: unknown) => e)
  expect(classify(thrown).fate).toBe('timeout')
  const server = createServer()
  const waited: unknown = await once(server, 'connection', { signal: AbortSignal.timeout(5) }).catch((e: unknown) => e)
  expect(classify(waited).fate).toBe('timeout')
})

test('our own abort is a cancellation', async () => {
  const stop = new AbortController()
  const waiting = sleep(10_000, undefined, { signal: stop.signal }).catch((e: unknown) => e)
  stop.abort()
  expect(classify(await waiting).fate).toBe('cancelled')
})

test('a cause that points at itself ends', () => {
  const error = new Error('loop')
  error.cause = error
  expect(classify(error).fate).toBe('bug')
})
