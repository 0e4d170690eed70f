import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type TestWorld, telling, testWorld } from '../../../test/world.ts'
import type { Half } from '../kind.ts'
import { unaskedGoodbye } from './goodbye.ts'
import { httpHold } from './kind.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** The real server half, on a port of its own. */
async function server(settings: object = {}) {
  const world = testWorld('server-0')
  const half = await httpHold.server?.start(
    httpHold.server.settings.parse({ listen: '127.0.0.1:0', ...settings }),
    world,
  )
  if (!half) throw new Error('http-hold has a server half')
  closers.push(
    () => half.stop(0),
    () => world[Symbol.dispose](),
  )
  return { world, half, address: half.listens[0] ?? '' }
}

/** The real client half: one connection of one cohort, quick. */
async function client(to: string, settings: object = {}): Promise<TestWorld & { half: Half }> {
  const world = testWorld('client-0')
  const half = await httpHold.client(
    httpHold.settings.parse({
      name: 'quick',
      to,
      connections: 1,
      idle: '60ms',
      deadline: '400ms',
      spread: '0s',
      reconnect: { base: '20ms', cap: '50ms' },
      ...settings,
    }),
    world,
  )
  closers.push(
    () => half.stop(500),
    () => world[Symbol.dispose](),
  )
  return Object.assign(world, { half })
}

/** A peer written by hand: what it does with each connection is its name. */
async function peer(meets: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const listener = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    meets(socket)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  return `127.0.0.1:${(listener.address() as AddressInfo).port}`
}

const from = { pod: 'peer', node: 'n', ip: '127.0.0.1', instance: 'x' }
const answer = (request: Buffer, more = '', body = JSON.stringify({ from })) => {
  const nonce = /longhold-nonce: (\S+)/i.exec(request.toString('latin1'))?.[1] ?? ''
  return `HTTP/1.1 200 OK\r\nlonghold-nonce: ${nonce}\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`
}
/** Answers the hello, then does what its name says. */
const greets = (then: (socket: Socket) => void, more = '') => {
  return (socket: Socket) =>
    socket.once('data', (hello: Buffer) => {
      socket.write(answer(hello, more))
      then(socket)
    })
}
const later = (act: (socket: Socket) => void) => greets(socket => void setTimeout(() => act(socket), 20))
const onRequest = (act: (socket: Socket, request: Buffer) => void) =>
  greets(socket => void socket.once('data', (request: Buffer) => act(socket, request)))

const silent = (socket: Socket) => void socket.resume()
const hangsUp = (socket: Socket) => void socket.end()
const resetsAtOnce = (socket: Socket) => void socket.resetAndDestroy()
const fallsSilent = greets(socket => void socket.resume())
const hangsUpOnRequest = onRequest(socket => socket.end())
const resetsOnRequest = onRequest(socket => socket.resetAndDestroy())
const resetsWhileIdle = later(socket => socket.resetAndDestroy())
const closesWhileIdle = later(socket => socket.end())
const timesIdleOnesOut = later(socket => socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'))
const sendsGarbageWhileIdle = later(socket => socket.write('\x16\x03\x01 not http'))
const sendsAnEndlessHead = later(socket => socket.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(1000)}`))
const sendsGarbageInAnswer = onRequest(socket => socket.write('SSH-2.0-OpenSSH_9\r\n'))
const answersAnotherQuestion = onRequest(socket => socket.write(answer(Buffer.from('longhold-nonce: 77'))))
const refuses = onRequest(socket => socket.write('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'))
const answersAGiant = onRequest((socket, request) => socket.write(answer(request, '', 'x'.repeat(100_000))))
const speaksAnotherProtocol = (socket: Socket) => void socket.write('220 mail.example ESMTP\r\n')
const greetsBadly = (socket: Socket) => void socket.once('data', hello => socket.write(answer(hello, '', '{}')))
const closesAfterAnswer = onRequest((socket, request) => socket.end(answer(request, 'Connection: close\r\n')))

describe('the client names what became of a connection', () => {
  test.each([
    ['silent before the first answer', silent, 'connect', 'timeout', 'DEADLINE'],
    ['hangs up at once', hangsUp, 'connect', 'closed', 'FIN'],
    ['resets at once', resetsAtOnce, 'connect', 'reset', expect.stringMatching('^ECONNRESET')],
    ['speaks another protocol', speaksAnotherProtocol, 'connect', 'wrong-reply', 'HTTPParserError'],
    ['greets badly', greetsBadly, 'connect', 'wrong-reply', 'WRONG WELCOME'],
    ['a black hole swallows the request', fallsSilent, 'exchange', 'timeout', 'DEADLINE'],
    ['a peer that hangs up on the request is no black hole', hangsUpOnRequest, 'exchange', 'closed', 'FIN'],
    ['a peer that forgot us sends RST to the request', resetsOnRequest, 'exchange', 'reset', 'ECONNRESET read'],
    ['a reset in the silence', resetsWhileIdle, 'idle', 'reset', 'ECONNRESET read'],
    ['a FIN in the silence', closesWhileIdle, 'idle', 'closed', 'FIN'],
    ['an idle timeout of somebody else', timesIdleOnesOut, 'idle', 'closed', 'HTTP 408'],
    ['garbage in the silence', sendsGarbageWhileIdle, 'idle', 'wrong-reply', 'WRONG BYTES'],
    ['a head without end in the silence', sendsAnEndlessHead, 'idle', 'wrong-reply', 'WRONG BYTES'],
    ['garbage for an answer', sendsGarbageInAnswer, 'exchange', 'wrong-reply', 'HTTPParserError'],
    ['the answer to another question', answersAnotherQuestion, 'exchange', 'wrong-reply', 'WRONG NONCE'],
    ['a refusal', refuses, 'exchange', 'wrong-reply', 'WRONG STATUS 503'],
    ['a giant answer', answersAGiant, 'exchange', 'wrong-reply', 'UND_ERR_RES_EXCEEDED_MAX_SIZE'],
    ['an answer that is the last', closesAfterAnswer, 'exchange', 'closed', 'CONNECTION CLOSE'],
  ] as const)('%s', async (_, meets, phase, fate, code) => {
    const world = await client(await peer(meets))
    expect(await world.heard(telling('ended'))).toMatchObject({ phase, fate, code, planned: false, zombie: false })
  })

  test('nobody listens', async () => {
    const { address, half } = await server()
    await half.stop(0)
    const world = await client(address)
    expect(await world.heard(telling('ended'))).toMatchObject({
      phase: 'connect',
      fate: 'refused',
      code: 'ECONNREFUSED connect',
      idleMs: 0,
      exchanges: 0,
      lifetimeMs: 0,
    })
  })

  test('it opens a dead connection again, one at a time', async () => {
    const world = await client(await peer(resetsWhileIdle))
    await world.heard(telling('ended'))
    await world.heard((told): told is typeof told => world.told.filter(telling('opened')).length >= 3)
    const types = world.told.filter(({ type }) => type === 'opened' || type === 'ended').map(({ type }) => type)
    expect(types.slice(0, 5)).toEqual(['opened', 'ended', 'opened', 'ended', 'opened'])
  })

  test('TCP_INFO is read as the connection dies', async () => {
    const world = await client(await peer(resetsWhileIdle))
    const { tcpInfo } = await world.heard(telling('ended'))
    expect(tcpInfo?.rttUs).toBeGreaterThan(0)
  })
})

describe('a goodbye', () => {
  test.each([
    ['in the silence', later(socket => socket.end(unaskedGoodbye('server stops'))), 'idle'],
    ['in two pieces', later(saysGoodbyeInPieces), 'idle'],
    ['instead of an answer', onRequest(socket => socket.end(unaskedGoodbye('server stops'))), 'exchange'],
    [
      'in the same breath as an answer',
      onRequest((socket, request) => socket.end(answer(request) + unaskedGoodbye('server stops'))),
      'idle',
    ],
    [
      'with the answer',
      onRequest((socket, request) =>
        socket.end(answer(request, 'longhold-bye: server stops\r\nConnection: close\r\n')),
      ),
      'exchange',
    ],
  ] as const)('%s makes the end planned', async (_, meets, phase) => {
    const world = await client(await peer(meets))
    const end = { phase, fate: 'closed', code: 'BYE server stops', planned: true }
    expect(await world.heard(telling('ended'))).toMatchObject(end)
  })

  test('makes the failing reconnects after it planned as well', async () => {
    let left = false
    const stops = later(socket => socket.end(unaskedGoodbye('server stops')))
    const world = await client(
      await peer(socket => {
        if (left) socket.resetAndDestroy()
        else stops(socket)
        left = true
      }),
    )
    expect(await world.heard(telling('ended', { phase: 'connect' }))).toMatchObject({ planned: true })
  })
})

function saysGoodbyeInPieces(socket: Socket): void {
  const bytes = unaskedGoodbye('server stops')
  socket.setNoDelay(true).write(bytes.slice(0, 20))
  setTimeout(() => socket.end(bytes.slice(20)), 10)
}

describe('both halves together', () => {
  test('they meet, and every silence is survived', async () => {
    const { world: served, address } = await server()
    const world = await client(address)
    const opened = await world.heard(telling('opened'))
    expect(opened.peer).toEqual(served.identity)
    const exchanged = await world.heard(telling('exchanged'))
    expect(exchanged).toMatchObject({ id: opened.id, speaker: 'client', cohort: 'quick', path: 'service' })
    expect(exchanged.idleMs).toBeGreaterThanOrEqual(55)
    await served.heard(telling('exchanged', { id: opened.id }))
    expect(await served.heard(telling('opened'))).toMatchObject({
      id: opened.id,
      peer: world.identity,
      cohort: 'quick',
    })
    const account = served.ledger.find(opened.id)
    expect(account).toMatchObject({ state: 'open', kind: 'http-hold', client: world.identity })
    expect(account?.bytesIn).toBeGreaterThan(100)
    const [row] = world.half.connections()
    expect(row).toMatchObject({ id: opened.id, server: 'server-0', remote: address, local: account?.remote })
    expect(world.told.filter(telling('ended'))).toEqual([])
  })

  test('what was asked of the kernel and what it did is told once, on both sides', async () => {
    const keepalive = { idle: '33s', interval: '7s', count: 4 }
    const effective = { keepalive: { idleS: 33, intervalS: 7, count: 4 }, userTimeoutMs: 61_000 }
    const { world: served, address } = await server({ keepalive, userTimeout: '61s' })
    const world = await client(address, { connections: 3, keepalive, userTimeout: '61s' })
    await world.heard((told): told is typeof told => world.told.filter(telling('opened')).length === 3)
    for (const told of [world.told, served.told])
      expect(told.filter(telling('options-set'))).toMatchObject([{ configured: effective, effective }])
  })

  test('a keepalive the kernel refuses ends the start with its range', async () => {
    const refused = client('127.0.0.1:1', { keepalive: { idle: '12h', interval: '7s', count: 4 } })
    await expect(refused).rejects.toThrow(/cohort quick: the kernel refused TCP_KEEPIDLE = 43200 .* 1\.\.32767 s/)
  })

  test('a client that stops says so: planned, on both sides and in the ledger', async () => {
    const { world: served, address } = await server()
    const world = await client(address, { connections: 5, idle: '10s' })
    await world.heard((told): told is typeof told => world.told.filter(telling('opened')).length === 5)
    await world.half.stop(2000)
    const ends = world.told.filter(telling('ended'))
    expect(ends).toHaveLength(5)
    for (const end of ends) expect(end).toMatchObject({ fate: 'cancelled', code: 'STOP', planned: true })
    const seen = await served.heard(telling('ended', { planned: true }))
    expect(seen).toMatchObject({ fate: 'closed', code: 'BYE client stops' })
    expect(served.ledger.find(seen.id ?? '')?.ending).toMatchObject({ planned: true })
    expect(served.ledger.openCount).toBe(0)
  })

  test('a server that stops says so: planned, on both sides', async () => {
    const { world: served, half, address } = await server()
    const world = await client(address, { connections: 5, idle: '10s', reconnect: { base: '5s', cap: '5s' } })
    await world.heard((told): told is typeof told => world.told.filter(telling('opened')).length === 5)
    await half.stop(2000)
    await world.heard((told): told is typeof told => world.told.filter(telling('ended')).length === 5)
    for (const end of [...world.told, ...served.told].filter(telling('ended')))
      expect(end).toMatchObject({ fate: 'closed', code: 'BYE server stops', planned: true, phase: 'idle' })
    expect(served.told.filter(telling('ended'))).toHaveLength(5)
    expect(served.ledger.openCount).toBe(0)
  })

  test('an idle stop is quick, and a stop while the server is mute ends with the drain time', async () => {
    const world = await client(await peer(fallsSilent), { idle: '10s', deadline: '10s' })
    await world.heard(telling('opened'))
    await world.half.stop(100)
    expect(await world.heard(telling('ended'))).toMatchObject({ fate: 'cancelled', code: 'STOP', planned: true })
  })
})
