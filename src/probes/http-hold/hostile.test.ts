import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { telling, testWorld } from '../../../test/world.ts'
import { type AnswerOptions, answering } from './answer.ts'

const closers: (() => unknown)[] = []
afterEach(() => {
  for (const close of closers.splice(0).toReversed()) close()
})

/** The server half's own listener, with short patience. */
async function server(options: Partial<AnswerOptions> = {}) {
  const world = testWorld('server-0')
  const answer = answering({ maxConnections: 100, ...options }, world)
  answer.server.listen(0, '127.0.0.1')
  await once(answer.server, 'listening')
  closers.push(() => world[Symbol.dispose](), answer.cutOff)
  const { port } = answer.server.address() as { port: number } // a TCP server never has a pipe's name
  return { world, answer, port }
}

async function guest(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  closers.push(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

const hello = (fields: object = {}) => ({
  id: 'c1',
  cohort: 'quick',
  path: 'service',
  speaker: 'client',
  idleMs: [50],
  deadlineMs: 10,
  from: { pod: 'client-0', node: 'n', ip: '127.0.0.1', instance: 'i' },
  ...fields,
})
const post = (body: string) => `POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const greeting = post(JSON.stringify(hello()))
const question = 'GET /hold HTTP/1.1\r\nHost: x\r\n\r\n'

describe('bytes that are no request of ours are counted, answered with a reason, and the connection closed', () => {
  test.each([
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc', 'bad-request', 400],
    ['a request no one can read', 'GET /hold HTTP/9.9\r\n\r\n', 'bad-request', 400],
    ['a head too large', `GET /hold HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'head-too-large', 431],
    ['a body too large', post(' '.repeat(100_000)), 'body-too-large', 413],
    [
      'a body where none belongs',
      `GET /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc`,
      'body-too-large',
      413,
    ],
    ['another path', 'GET /admin HTTP/1.1\r\nHost: x\r\n\r\n', 'unknown-path', 404],
    ['another method', 'PUT /hold HTTP/1.1\r\nHost: x\r\n\r\n', 'unknown-method', 405],
    ['a hello that is no JSON', post('hello'), 'bad-hello', 400],
    ['a hello with a cohort that is no word', post(JSON.stringify(hello({ cohort: 'a b' }))), 'bad-hello', 400],
    ['a flood of requests', greeting + question.repeat(2000), 'flood', 429],
    ['a second hello', greeting + post(JSON.stringify(hello({ id: 'c2' }))), 'second-hello', 409],
  ])('%s', async (_, bytes, reason, status) => {
    const { world, port } = await server()
    const socket = await guest(port)
    socket.write(bytes, 'latin1')
    const answered = await text(socket).catch(() => '')
    expect(await world.heard(telling('rejected'))).toMatchObject({ side: 'server', kind: 'http-hold', reason })
    if (answered) expect(answered).toMatch(new RegExp(`HTTP/1.1 ${status} [^]*longhold-bye: ${reason}\r\n`))
    expect(world.ledger.openCount).toBe(0)
  })

  test('garbage right behind the hello: no account is opened that nobody would close', async () => {
    const { world, port, answer } = await server()
    const socket = await guest(port)
    socket.write(`${greeting}no such protocol\r\n\r\n`)
    await text(socket).catch(() => '')
    await world.heard(telling('rejected', { reason: 'bad-request' }))
    await expect.poll(() => answer.open.size).toBe(0)
    expect(world.told.filter(telling('opened')).length).toBe(world.told.filter(telling('ended')).length)
    expect([world.ledger.openCount, world.wheel.size]).toEqual([0, 0])
  })

  test('a request that never ends', async () => {
    const { world, port } = await server({ patienceMs: 100 })
    const socket = await guest(port)
    socket.write('GET /hold HTTP/1.1\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /)
    await world.heard(telling('rejected', { reason: 'slow-request' }))
  })

  test('a connection that never asks', async () => {
    const { world, port } = await server({ patienceMs: 100 })
    expect(await text(await guest(port))).toMatch(/^HTTP\/1.1 408 /)
    await world.heard(telling('rejected', { reason: 'slow-request' }))
  })

  test('an id that is already open', async () => {
    const { world, port } = await server()
    const first = await guest(port)
    first.write(greeting)
    await once(first, 'data')
    const second = await guest(port)
    second.write(greeting)
    expect(await text(second)).toMatch(/^HTTP\/1.1 409 /)
    await world.heard(telling('rejected', { reason: 'duplicate-id' }))
    expect(world.ledger.find('c1')).toMatchObject({ state: 'open' })
  })

  test('connections beyond the limit', async () => {
    const { world, port } = await server({ maxConnections: 2 })
    const guests = await Promise.all([guest(port), guest(port), guest(port)])
    await Promise.any(guests.map(socket => once(socket.resume(), 'close')))
    await world.heard(telling('rejected', { reason: 'max-connections' }))
  })
})

describe('the server keeps an account of each connection', () => {
  test('idle connections outlive the patience for requests', async () => {
    const { world, port } = await server({ patienceMs: 60 })
    const socket = await guest(port)
    socket.write(post(JSON.stringify(hello({ idleMs: [5000] }))))
    await once(socket, 'data')
    await new Promise(resolve => setTimeout(resolve, 400))
    socket.write(question)
    await once(socket, 'data')
    expect(world.ledger.find('c1')).toMatchObject({ state: 'open', exchanges: 1 })
  })

  test.each([
    ['a reset', (socket: Socket) => socket.resetAndDestroy(), 'reset', 'ECONNRESET read'],
    ['a FIN without goodbye', (socket: Socket) => socket.end(), 'closed', 'FIN'],
  ] as const)('%s in the silence', async (_, act, fate, code) => {
    const { world, port } = await server()
    const socket = await guest(port)
    socket.write(greeting)
    await once(socket, 'data')
    act(socket)
    const end = { fate, code, phase: 'idle', planned: false, zombie: false }
    expect(await world.heard(telling('ended'))).toMatchObject(end)
    expect(world.ledger.find('c1')).toMatchObject({ state: 'ended', ending: end })
    expect(world.told.filter(telling('rejected'))).toEqual([])
  })

  test('a client that missed its turn is overdue, gets a goodbye, and was a zombie if nobody heard it', async () => {
    const { world, answer, port } = await server({ patienceMs: 100, graceMs: 100 })
    const socket = await guest(port)
    socket.write(greeting)
    await once(socket, 'data')
    socket.pause() // neither reads nor closes, as a peer behind a black hole
    await expect.poll(() => world.ledger.find('c1')?.state, { timeout: 5000 }).toBe('overdue')
    expect(await world.heard(telling('ended'))).toMatchObject({ fate: 'timeout', zombie: true, planned: false })
    expect(answer.open.size).toBe(0)
  })

  test('a client that is only late is no longer overdue', async () => {
    const { world, port } = await server({ graceMs: 10_000 })
    const socket = await guest(port)
    socket.write(greeting)
    await once(socket, 'data')
    await expect.poll(() => world.ledger.find('c1')?.state, { timeout: 5000 }).toBe('overdue')
    socket.write(question)
    await once(socket, 'data')
    expect(world.ledger.find('c1')).toMatchObject({ state: 'open', exchanges: 1 })
  })
})

test('whoever just asks is answered, and has no account', async () => {
  const { world, port } = await server()
  const response = await fetch(`http://127.0.0.1:${port}/hold`, { headers: { connection: 'close' } })
  expect(await response.json()).toEqual({ from: world.identity })
  expect(world.ledger.page(0, 10).total).toBe(0)
})

test('a flood of garbage leaves nothing behind', async () => {
  const { world, answer, port } = await server()
  for (let round = 0; round < 20; round++) {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => guest(port)))
    for (const [index, socket] of sockets.entries()) socket.end(Buffer.alloc(index * 100, index))
    await Promise.all(sockets.map(async socket => socket.resume().closed || once(socket, 'close')))
  }
  await expect.poll(() => answer.open.size).toBe(0)
  expect(world.told.filter(telling('rejected')).length).toBeGreaterThan(500)
})
