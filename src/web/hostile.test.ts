import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { exampleCohort, exampleSnapshot, exampleWeb } from '../../test/web-example.ts'
import type { Web } from './server.ts'
import type { WebSource } from './source.ts'

let web: Web | undefined
afterEach(() => web?.close())

async function serving(source: Partial<WebSource> = {}): Promise<string> {
  web = await exampleWeb(source)
  return `http://${web.listens[0]}`
}

/** Sends raw bytes and gives everything that came back until the server hung up. */
async function raw(base: string, bytes: string | Buffer): Promise<string> {
  const socket = dial(base)
  socket.write(bytes)
  return text(socket)
}

function dial(base: string): Socket {
  const { hostname, port } = new URL(base)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {}) // the server may hang up on us: that is what is tested
  return socket
}

test.each([
  ['a body', 'GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello', '413'],
  ['a chunked body', 'GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', '413'],
  ['headers of 9 KiB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(9216)}\r\n\r\n`, '431'],
  ['bytes that are no HTTP', Buffer.from([0, 1, 2, 3, 13, 10, 13, 10]), '400'],
  ['a path that is no URL', 'GET //[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '400'],
])('%s is refused and the connection closed', async (_, bytes, code) => {
  const base = await serving()
  expect(await raw(base, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${code} `))
  expect((await fetch(`${base}/healthz`)).status).toBe(200)
})

test('requests without end, whose answers nobody waits for, are not answered', async () => {
  let asked = 0
  const base = await serving({
    connections() {
      asked += 1
      return Promise.resolve({ found: [], more: false, missing: 0 })
    },
  })
  await raw(base, 'GET /api/connections HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000))
  expect(asked).toBeLessThan(10)
  expect((await fetch(`${base}/healthz`)).status).toBe(200)
})

test('a request that never ends is cut off', { timeout: 25_000 }, async () => {
  const base = await serving()
  const socket = dial(base)
  socket.write('GET / HTTP/1.1\r\n')
  const drip = setInterval(() => socket.write('X: y\r\n'), 500)
  expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /)
  clearInterval(drip)
})

test('a flood of connections is bounded', async () => {
  const base = await serving()
  const sockets = Array.from({ length: 300 }, () => dial(base))
  await Promise.all(sockets.slice(256).map(socket => once(socket.resume(), 'close')))
  expect(sockets.slice(0, 256).filter(socket => socket.destroyed)).toEqual([])
  for (const socket of sockets) socket.destroy()
  await expect
    .poll(() =>
      fetch(`${base}/healthz`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200)
})

test('a flood of scrapes is one scrape at a time', async () => {
  let taken = 0
  const snapshot = () => {
    taken += 1
    return exampleSnapshot()
  }
  const base = await serving({ snapshot })
  await Promise.all(Array.from({ length: 50 }, async () => (await fetch(`${base}/metrics`)).text()))
  expect(taken).toBeLessThan(10)
})

test('every answer forbids what the page does not need', async () => {
  const base = await serving({ snapshot: () => exampleSnapshot({ cohorts: [exampleCohort()] }) })
  for (const path of ['/', '/page.js', '/metrics', '/nothing', '/api/events']) {
    const stop = new AbortController()
    const { headers } = await fetch(base + path, { signal: stop.signal })
    stop.abort()
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'")
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
  }
})
