import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { exampleAgent, exampleSource } from '../../test/agent-example.ts'
import type { Source } from '../evidence/source.ts'
import type { Agent } from './agent.ts'
import { admitsToken } from '../http/token.ts'

let agent: Agent | undefined
afterEach(() => agent?.close())

const told = exampleSource('told', async () => 'fine')

async function serving(sources: readonly Source[] = [told]): Promise<string> {
  agent = await exampleAgent(sources, { admits: admitsToken('secret', 'here') })
  return agent.listens
}

function dial(at: string): Socket {
  const [host = '', port] = at.split(':')
  const socket = connect(Number(port), host)
  socket.on('error', () => {}) // it may hang up on us: that is what is tested
  return socket
}

/** Sends raw bytes and gives everything that came back until the other side hung up. */
async function raw(at: string, bytes: string | Buffer): Promise<string> {
  const socket = dial(at)
  socket.write(bytes)
  let came = ''
  socket.on('data', chunk => (came += chunk.toString('latin1')))
  await new Promise(resolve => socket.once('close', resolve)) // reset or not: what it did not read it may reset
  return came
}

const isFine = async (at: string): Promise<boolean> => {
  const headers = { authorization: 'Bearer secret' }
  const answer = await fetch(`http://${at}/evidence`, { headers }).catch(() => undefined)
  return answer?.status === 200 && (await answer.text()).includes('"fine"')
}

const heap = () => (globalThis.gc?.(), process.memoryUsage().heapUsed)

const head = 'HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n'

test.each([
  ['a body', `GET /evidence ${head}Content-Length: 5\r\n\r\nhello`, '413'],
  ['a POST', `POST /evidence ${head}Content-Length: 0\r\n\r\n`, '405'],
  ['a DELETE', `DELETE /evidence ${head}\r\n`, '405'],
  ['a made-up method', `FLUSH /evidence ${head}\r\n`, '400'],
  ['a CONNECT', `CONNECT 10.0.0.1:80 ${head}\r\n`, ''],
  ['an upgrade', `GET /evidence ${head}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`, '200'],
  ['a URL of 9 KiB', `GET /evidence?flow=${'a'.repeat(9216)} ${head}\r\n`, '431'],
  ['a token of 9 KiB', `GET /evidence HTTP/1.1\r\nAuthorization: Bearer ${'a'.repeat(9216)}\r\n\r\n`, '431'],
  ['a URL of a megabyte', `GET /evidence?flow=${'a'.repeat(1_000_000)} ${head}\r\n`, undefined],
  ['bytes that are no HTTP', Buffer.from([0, 1, 2, 3, 13, 10, 13, 10]), '400'],
  ['half a kilobyte of noise', Buffer.concat([randomBytes(512), Buffer.from('\r\n\r\n')]), '400'],
  ['a path that is no URL', `GET //[ ${head}Connection: close\r\n\r\n`, '400'],
  ['a path outside', `GET /../../etc/shadow ${head}Connection: close\r\n\r\n`, '404'],
  ['hostile bytes in a flow', `GET /evidence?flow=%00%ff%0a;reboot ${head}Connection: close\r\n\r\n`, '400'],
])('%s gets its answer and harms nobody', async (_, bytes, code) => {
  const at = await serving()
  const came = await raw(at, bytes)
  if (code !== undefined) expect(came).toMatch(code === '' ? /^$/ : new RegExp(`^HTTP/1.1 ${code} `))
  await expect.poll(() => isFine(at), { timeout: 5000 }).toBe(true)
})

test('requests without end, whose answers nobody waits for, are not answered', async () => {
  let read = 0
  const at = await serving([exampleSource('counted', async () => void (read += 1)), told])
  await raw(at, `GET /evidence ${head}\r\n`.repeat(1000))
  expect(read).toBeLessThan(10)
  await expect.poll(() => isFine(at), { timeout: 5000 }).toBe(true)
})

test('a request that never ends is cut off', { timeout: 25_000 }, async () => {
  const at = await serving()
  const socket = dial(at)
  socket.write('GET /evidence HTTP/1.1\r\n')
  const drip = setInterval(() => socket.write('X: y\r\n'), 500)
  expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /)
  clearInterval(drip)
})

test('one address cannot take every connection', async () => {
  const at = await serving()
  const sockets = Array.from({ length: 200 }, () => dial(at))
  await Promise.all(sockets.slice(16).map(socket => once(socket.resume(), 'close')))
  expect(sockets.slice(0, 16).filter(socket => socket.destroyed)).toEqual([])
  for (const socket of sockets) socket.destroy()
  await expect.poll(() => isFine(at), { timeout: 5000 }).toBe(true)
})

test('one that asks and never reads holds nobody up, and closing ends it', async () => {
  const at = await serving([exampleSource('large', async () => 'x'.repeat(8_000_000)), told])
  const socket = dial(at)
  socket.pause()
  socket.write(`GET /evidence ${head}\r\n`)
  await once(socket, 'connect')
  await expect.poll(() => isFine(at), { timeout: 5000 }).toBe(true)
  const closing = agent?.close()
  agent = undefined
  await closing
  socket.destroy()
})

test('what it is asked leaves nothing behind', { timeout: 60_000 }, async () => {
  const at = await serving()
  const flood = async (times: number) => {
    for (let round = 0; round < times; round++)
      await Promise.all(
        Array.from({ length: 10 }, (_, at_) =>
          raw(at, `GET /evidence?flow=tcp,10.0.0.${at_}:${1 + round},10.0.0.1:1 ${head}Connection: close\r\n\r\n`),
        ),
      )
  }
  await flood(60)
  const before = heap()
  await flood(150)
  expect(heap() - before).toBeLessThan(2_000_000)
})
