import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { realClock } from '../clock.ts'
import { openPort, type Received } from './port.ts'

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

/** Binds a server on `host` and answers every datagram from `answering`. */
async function server(host: string, answer?: (socket: Socket, bytes: Buffer, port: number) => void) {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  socket.bind(0, host)
  await once(socket, 'listening')
  socket.on('message', (bytes, { port }) => (answer ?? ((s, b, p) => s.send(b, p, host)))(socket, bytes, port))
  open.push(socket)
  return { host, port: socket.address().port }
}

function inbox() {
  const letters: Received[] = []
  const errors: Error[] = []
  let wake: (() => void) | undefined
  const arrived = () =>
    new Promise<void>(resolve => {
      wake = resolve
    })
  return {
    letters,
    errors,
    arrived,
    onDatagram(letter: Received) {
      letters.push(letter)
      wake?.()
    },
    onError(error: Error) {
      errors.push(error)
      wake?.()
    },
  }
}

test.each(['127.0.0.1', '::1'])('an answer from the server itself is expected and kernel-stamped (%s)', async host => {
  const box = inbox()
  const port = await openPort({ server: await server(host), clock: realClock, ...box })
  open.push(port)
  const sent = realClock.steady()
  port.send(Buffer.from('hi'))
  await box.arrived()
  expect(box.letters).toMatchObject([{ expected: true, from: host, stamp: 'kernel' }])
  expect(box.letters[0]?.at).toBeGreaterThan(sent - 1)
})

test('an answer from another address reaches the twin, and is not expected', async () => {
  const box = inbox()
  const elsewhere = createSocket('udp4').bind(0, '127.0.0.2')
  open.push(elsewhere)
  const home = await server('127.0.0.1', (_, bytes, port) => elsewhere.send(bytes, port, '127.0.0.1'))
  const port = await openPort({ server: home, clock: realClock, ...box })
  open.push(port)
  port.send(Buffer.from('hi'))
  await box.arrived()
  expect(box.letters).toMatchObject([{ expected: false, from: '127.0.0.2' }])
})

test('nobody listening is an ECONNREFUSED, since the socket is connected', async () => {
  const gone = createSocket('udp4').bind(0, '127.0.0.1')
  await once(gone, 'listening')
  const address = { host: '127.0.0.1', port: gone.address().port }
  gone.close()
  const box = inbox()
  const port = await openPort({ server: address, clock: realClock, ...box })
  open.push(port)
  port.send(Buffer.from('hi'))
  await box.arrived()
  expect(box.errors[0]).toMatchObject({ code: 'ECONNREFUSED' })
})

test('a pinned port is the one asked for, and a port somebody holds is refused', async () => {
  const home = await server('127.0.0.1')
  const box = inbox()
  const first = await openPort({ server: home, clock: realClock, ...box })
  const pinned = first.localPort
  first.close()
  first.close()
  const again = await openPort({ server: home, localPort: pinned, clock: realClock, ...box })
  open.push(again)
  expect(again.localPort).toBe(pinned)
  await expect(openPort({ server: home, localPort: home.port, clock: realClock, ...box })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
})

test('no two ports are the same, however many are open: one would get the answers of the other', async () => {
  const home = await server('127.0.0.1')
  const ports = await Promise.all(
    Array.from({ length: 1000 }, () => openPort({ server: home, clock: realClock, ...inbox() })),
  )
  open.push(...ports)
  expect(new Set(ports.map(port => port.localPort)).size).toBe(ports.length)
})
