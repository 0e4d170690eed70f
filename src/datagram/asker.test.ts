import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { realClock } from '../clock.ts'
import { wheel } from '../schedule/wheel.ts'
import { type Asker, type FreshOptions, freshPorts, pinnedPort } from './asker.ts'
import type { Ending, LineOptions, Stray } from './line.ts'

const time = wheel(realClock, { tickMs: 10 })
const open: { close(): unknown }[] = []
afterEach(() => {
  for (const each of open.splice(0)) close(each)
})
/** A socket that a test closed already throws. */
function close(each: { close(): unknown }): void {
  try {
    each.close()
  } catch {
    // closed before
  }
}

type Answering = (socket: Socket, bytes: Buffer, port: number) => void
/** Answers with what it was asked. */
const faithful: Answering = (socket, bytes, port) => socket.send(bytes, port, '127.0.0.1')
const silent: Answering = () => {}
const lateBy =
  (ms: number): Answering =>
  (...asked) =>
    void setTimeout(() => faithful(...asked), ms)
const twice: Answering = (...asked) => {
  faithful(...asked)
  faithful(...asked)
}
const garbled: Answering = (socket, [key = 0], port) => socket.send(Buffer.from([key, 0xff]), port, '127.0.0.1')
const ofNobody: Answering = (socket, _, port) => socket.send(Buffer.from([99, 1]), port, '127.0.0.1')
const empty: Answering = (socket, _, port) => socket.send(Buffer.alloc(0), port, '127.0.0.1')

async function peer(answering: Answering, host = '127.0.0.1', at = 0) {
  const ports: number[] = []
  const socket = createSocket('udp4').bind(at, host)
  await once(socket, 'listening')
  socket.on('message', (bytes, { port }) => {
    ports.push(port)
    answering(socket, bytes, port)
  })
  open.push(socket)
  return { server: { host, port: socket.address().port }, ports, socket }
}

const read = (bytes: Buffer) => (bytes[1] === 1 ? 'yes' : ('malformed' as const))

/** A question is its key and a 1; its answer the same two bytes. */
function asking(
  mode: (options: FreshOptions & LineOptions) => Asker<string>,
  server: { host: string; port: number },
  timeoutMs = 100,
) {
  const strays: Stray[] = []
  const asker: Asker<string> = mode({
    server,
    nextServer: () => server,
    clock: realClock,
    wheel: time,
    timeoutMs,
    keyOf: bytes => bytes[0],
    onStray: what => strays.push(what),
  })
  open.push({ close: () => asker.stop() })
  const ask = (...keys: number[]) =>
    Promise.all(
      keys.map(
        key =>
          new Promise<Ending<string>>(resolve => {
            asker.ask(
              () => [{ key, bytes: Buffer.from([key, 1]), read, settle: resolve }],
              word => resolve({ ...word, phase: 'send', tookUs: 0 }),
            )
          }),
      ),
    )
  return { ask, strays, asker }
}

test.each([
  ['a faithful peer answers', faithful, { fate: 'ok', answer: 'yes', stamp: 'kernel' }, []],
  ['a silent peer is a timeout', silent, { fate: 'timeout', code: 'DEADLINE', phase: 'wait' }, []],
  ['a late peer is a timeout, and the answer is told as late', lateBy(150), { fate: 'timeout' }, ['late']],
  ['a peer that answers twice', twice, { fate: 'ok' }, ['duplicate']],
  ['a garbled answer names the fate', garbled, { fate: 'wrong-reply' }, ['malformed']],
  ['an answer to nobody', ofNobody, { fate: 'timeout' }, ['foreign']],
  ['an empty datagram', empty, { fate: 'timeout' }, ['malformed']],
])('%s', async (_, answering, ending, expected) => {
  const { server } = await peer(answering)
  const { ask, strays } = asking(freshPorts, server)
  expect(await ask(7)).toMatchObject([ending])
  await expect.poll(() => strays).toEqual(expected)
})

test('an answer from another address names the fate, its sender, and is counted', async () => {
  const liar = createSocket('udp4').bind(0, '127.0.0.2')
  open.push(liar)
  const { server } = await peer((_, bytes, port) => liar.send(bytes, port, '127.0.0.1'))
  const { ask, strays } = asking(freshPorts, server)
  expect(await ask(7)).toMatchObject([{ fate: 'wrong-source', by: '127.0.0.2' }])
  expect(strays).toEqual(['wrong-source'])
})

test('an answer from another address does not spoil the true one that follows', async () => {
  const liar = createSocket('udp4').bind(0, '127.0.0.2')
  open.push(liar)
  const { server } = await peer((socket, bytes, port) =>
    liar.send(bytes, port, '127.0.0.1', () => faithful(socket, bytes, port)),
  )
  const { ask, strays } = asking(freshPorts, server)
  expect(await ask(7)).toMatchObject([{ fate: 'ok' }])
  expect(strays).toEqual(['wrong-source'])
})

test('nobody there is refused at once, and the pinned port serves again when somebody comes back', async () => {
  const first = await peer(faithful)
  const { ask } = asking(pinnedPort, first.server)
  expect(await ask(1)).toMatchObject([{ fate: 'ok' }])
  first.socket.close()
  expect(await ask(2)).toMatchObject([{ fate: 'refused', code: 'ECONNREFUSED recvmsg' }])
  const second = await peer(faithful, '127.0.0.1', first.server.port)
  expect(await ask(3)).toMatchObject([{ fate: 'ok' }])
  expect(second.ports).toEqual(first.ports)
})

test('fresh asks from a new port each time, pinned from the same', async () => {
  const { server, ports } = await peer(faithful)
  const fresh = asking(freshPorts, server)
  await fresh.ask(1, 2, 3)
  expect(new Set(ports.splice(0)).size).toBe(3)
  const pinned = asking(pinnedPort, server)
  await pinned.ask(1, 2)
  await pinned.ask(3)
  expect(new Set(ports).size).toBe(1)
})

test('stopping ends what is open as cancelled, also what was about to be sent', async () => {
  const { server } = await peer(silent)
  for (const mode of [freshPorts<string>, pinnedPort<string>]) {
    const { ask, asker } = asking(mode, server, 10_000)
    const early = ask(1)
    await sleep(30)
    const justNow = ask(2)
    await asker.stop()
    expect(await early).toMatchObject([{ fate: 'cancelled' }])
    expect(await justNow).toMatchObject([{ fate: 'cancelled' }])
    expect(time.size).toBe(0)
  }
})
