import type { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { answer, client, closeAll, greets, peer, server } from '../../../test/http-halves.ts'
import { telling } from '../../../test/world.ts'
import { unaskedGoodbye } from './goodbye.ts'

afterEach(closeAll)

const later = (act: (socket: Socket) => void) => greets(socket => void setTimeout(() => act(socket), 20))
const onRequest = (act: (socket: Socket, request: Buffer) => void) =>
  greets(socket => void socket.once('data', (request: Buffer) => act(socket, request)))

const inOneBreath = onRequest((socket, request) => socket.end(answer(request) + unaskedGoodbye('server stops')))

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
    const remote = await peer(meets)
    const world = await client(remote)
    const flow = { proto: 'tcp', local: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/), remote }
    expect(await world.heard(telling('ended'))).toMatchObject({
      phase,
      fate,
      code,
      planned: false,
      zombie: false,
      flow,
    })
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
    ['in the same breath as an answer', inOneBreath, 'idle'],
    [
      'with the answer',
      onRequest((socket, request) =>
        socket.end(answer(request, 'longhold-bye: server stops\r\nConnection: close\r\n')),
      ),
      'exchange',
    ],
  ] as const)('%s makes the end planned', async (_, meets, phase) => {
    // In a silence that is long enough for it, however busy the machine is.
    const world = await client(await peer(meets), phase === 'idle' && meets !== inOneBreath ? { idle: '5s' } : {})
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
