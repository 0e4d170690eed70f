import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { fdOf, fdOfDatagram } from './fd.ts'
import { fileLimit } from './native.ts'
import { receiveDelayMs, startStamping } from './receive-time.ts'
import { readOptions, setOptions } from './socket-options.ts'
import { readTcpInfo } from './tcp-info.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function connected() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = await Promise.all([once(server, 'connection'), once(client, 'connect')])
  closers.push(
    () => client.destroy(),
    () => accepted[0].destroy(),
    () => server.close(),
  )
  return { client, server }
}

test('keepalive and user timeout are what the kernel says they are', async () => {
  const { client } = await connected()
  expect(
    setOptions(client, { keepalive: { idleS: 33, intervalS: 7, count: 4 }, userTimeoutMs: 61_000 }),
  ).toBeUndefined()
  expect(readOptions(client)).toEqual({ keepalive: { idleS: 33, intervalS: 7, count: 4 }, userTimeoutMs: 61_000 })
  expect(setOptions(client, { keepalive: undefined, userTimeoutMs: 0 })).toBeUndefined()
  expect(readOptions(client)).toEqual({ keepalive: undefined, userTimeoutMs: 0 })
})

test('a value the kernel refuses is named with its range', async () => {
  const { client } = await connected()
  const refused = setOptions(client, { keepalive: { idleS: 40_000, intervalS: 5, count: 4 }, userTimeoutMs: 0 })
  expect(refused).toBe('the kernel refused TCP_KEEPIDLE = 40000 (EINVAL): it takes 1..32767 s')
  const count = setOptions(client, { keepalive: { idleS: 40, intervalS: 5, count: 300 }, userTimeoutMs: 0 })
  expect(count).toBe('the kernel refused TCP_KEEPCNT = 300 (EINVAL): it takes 1..127')
})

test('options of a listening socket are inherited by what it accepts', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const options = { keepalive: { idleS: 12, intervalS: 3, count: 2 }, userTimeoutMs: 9_000 }
  expect(setOptions(server, options)).toBeUndefined()
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = await once(server, 'connection')
  closers.push(
    () => client.destroy(),
    () => accepted.destroy(),
    () => server.close(),
  )
  expect(readOptions(accepted)).toEqual(options)
})

test('TCP_INFO tells an established connection and what went over it', async () => {
  const { client } = await connected()
  await new Promise(sent => client.write('ping', sent))
  const info = readTcpInfo(client)
  expect(info).toMatchObject({ state: 1, retransmits: 0, probes: 0, backoff: 0 })
  expect(info?.rtoUs).toBeGreaterThan(0)
})

test('a closed socket has no descriptor, no options and no TCP_INFO', async () => {
  const { client } = await connected()
  client.destroy()
  await once(client, 'close')
  expect([fdOf(client), readOptions(client), readTcpInfo(client)]).toEqual([undefined, undefined, undefined])
  expect(setOptions(client, { keepalive: undefined, userTimeoutMs: 0 })).toContain('socket closed')
})

test('the kernel says how long a datagram waited for a busy process', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  closers.push(() => socket.close())
  await once(socket, 'listening')
  expect(fdOfDatagram(socket)).toBeTypeOf('number')
  startStamping(socket)
  const connects = once(socket, 'connect')
  socket.connect(socket.address().port, '127.0.0.1')
  await connects
  const waited = async () => {
    const delay = new Promise<number | undefined>(resolve =>
      socket.once('message', () => resolve(receiveDelayMs(socket))),
    )
    socket.send('x') // connected, it leaves at once: nobody can have read it before we are busy
    const busyUntil = performance.now() + 30
    while (performance.now() < busyUntil);
    return delay
  }
  // The kernel begins to stamp arrivals a moment after it is asked to (netstamp_work); until then it stamps as they are read.
  await expect.poll(waited, { timeout: 10_000 }).toBeGreaterThan(5)
})

test('the file limit is the one the shell reports', () => {
  const reported = (process.report.getReport() as { userLimits: { open_files: { soft: number | string } } }).userLimits
  expect(String(fileLimit())).toBe(String(reported.open_files.soft))
})
