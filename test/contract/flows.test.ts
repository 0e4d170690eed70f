import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Flow } from '../../src/outcome/flow.ts'
import type { Ended, Told } from '../../src/outcome/observation.ts'
import { kinds } from '../../src/probes/index.ts'
import type { Half, Kind } from '../../src/probes/kind.ts'
import { readLine, writeLine } from '../../src/record/journal/line.ts'
import { formatAddress } from '../../src/settings/address.ts'
import { type TestWorld, telling, testWorld } from '../world.ts'

/** What went wrong names its flow, as the other side sees it: evidence is asked for by flow. */
describe.each(kinds.map(kind => ({ name: kind.name, kind })))('$name', ({ kind }) => {
  const hosts = [
    ['IPv4', '127.0.0.1'],
    ['IPv6', '::1'],
  ] as const

  test.each(hosts)('what nobody answers, and what is reset, is told with its flow over %s', async (_, host) => {
    const peer = await (holds(kind) ? resetting(host) : silent(host))
    const { world } = await asking(kind, peer.at)
    await expect.poll(() => wrong(world).length, { timeout: 15_000 }).toBeGreaterThan(4)
    for (const { flow } of wrong(world)) {
      expect(flow).toMatchObject({ proto: holds(kind) ? 'tcp' : 'udp', remote: peer.at })
      expect(peer.seen).toContain(flow?.local)
    }
    for (const told of wrong(world)) expect(readLine(writeLine({ ...told, at: 1, steady: 1 }))).toMatchObject(told)
  })

  test.each(hosts)('where nobody listens the flow is told, with the port it had, over %s', async (_, host) => {
    const at = await nobody(host)
    const { world } = await asking(kind, at)
    await expect.poll(() => wrong(world).some(({ fate }) => fate === 'refused'), { timeout: 15_000 }).toBe(true)
    const { flow } = wrong(world).find(({ fate }) => fate === 'refused') ?? {}
    expect(flow?.remote).toBe(at)
    expect(flow?.local).toMatch(host === '::1' ? /^\[::1\]:[1-9]\d*$/ : /^127\.0\.0\.1:[1-9]\d*$/)
  })

  test('what goes well has none, but for pinned ports; nor has what we ended', async () => {
    const there = testWorld('server')
    const server = await kind.server?.start(kind.server.settings.parse({ listen: '127.0.0.1:0' }), there)
    const { world, half } = await asking(kind, server?.listens[0] ?? '')
    await expect.poll(() => world.told.filter(isGood).length, { timeout: 10_000 }).toBeGreaterThan(10)
    await half.stop(1000)
    await server?.stop(1000)
    there[Symbol.dispose]()
    expect(wrong(world)).toEqual([])
    for (const { flow } of world.told.filter(telling('ended'))) expect(flow).toBeUndefined()
    for (const { flow, mode } of world.told.filter(telling('asked'))) {
      if (mode !== 'pinned') expect(flow).toBeUndefined()
      else expect(flow).toMatchObject({ proto: 'udp', remote: server?.listens[0] })
    }
    const pinned = world.told.filter(telling('asked', { mode: 'pinned' })).map(({ flow }) => flow?.local)
    expect(new Set(pinned).size).toBe(holds(kind) ? 0 : 1)
  })
})

test('a DNS answer that was cut names the flow over TCP that got none', async () => {
  const dns = kinds.find(({ name }) => name === 'dns')
  if (!dns) throw new Error('there is dns')
  const peer = await resetting('127.0.0.1')
  const cut = createSocket('udp4').bind(Number(peer.at.split(':')[1]), '127.0.0.1')
  await once(cut, 'listening')
  cut.on('message', (bytes, { port, address }) => {
    const opt = bytes.readUInt16BE(10) > 0 ? 11 : 0 // the OPT record of the question, which the answer leaves out
    bytes.writeUInt16BE(0x8280, 2) // an answer of a resolver, and truncated
    bytes.writeUInt16BE(0, 10)
    cut.send(bytes.subarray(0, bytes.length - opt), port, address)
  })
  closers.push(() => cut.close())
  const { world } = await asking(dns, peer.at)
  for (const mode of ['fresh', 'pinned', 'resolver'])
    await expect
      .poll(() => wrong(world).some(each => 'mode' in each && each.mode === mode), { timeout: 15_000 })
      .toBe(true)
  for (const { flow } of wrong(world)) {
    expect(flow).toMatchObject({ proto: 'tcp', remote: peer.at })
    expect(peer.seen).toContain(flow?.local)
  }
})

test('a connection that never got a port has port 0', async () => {
  const tcpHold = kinds.find(({ name }) => name === 'tcp-hold')
  if (!tcpHold) throw new Error('there is tcp-hold')
  const peer = await resetting('127.0.0.1')
  const sourcePorts = { from: 21_100, to: 21_100 }
  const { world } = await asking(tcpHold, peer.at, { sourcePorts })
  const { flow } = await world.heard((told): told is Ended => told.type === 'ended' && told.fate === 'unreachable')
  expect(flow).toEqual({ proto: 'tcp', local: '0.0.0.0:0', remote: peer.at })
})

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const holds = ({ settings }: Kind): boolean => 'connections' in settings.shape

/** Every end and every question that went wrong. */
const wrong = ({ told }: TestWorld): (Told & { flow?: Flow; fate: string })[] => [
  ...told.filter(telling('ended', { planned: false })),
  ...told.filter(telling('asked')).filter(({ fate }) => fate !== 'ok' && fate !== 'cancelled'),
]

const isGood = (told: Told): boolean => told.type === 'exchanged' || (told.type === 'asked' && told.fate === 'ok')

async function asking(kind: Kind, at: string, more: object = {}): Promise<{ world: TestWorld; half: Half }> {
  const world = testWorld('client')
  const quick = {
    name: 'flows',
    to: at,
    servers: [at],
    names: ['echo.longhold.test.'],
    ports: kind.name === 'dns' ? ['fresh', 'pinned', 'pair'] : ['fresh', 'pinned'],
    resolver: { timeout: '1s', attempts: 1, search: [] },
    connections: 3,
    idle: '60ms',
    every: '60ms',
    deadline: '300ms',
    timeout: '300ms',
    spread: '0s',
    reconnect: { base: '10ms', cap: '20ms' },
    ...more,
  }
  const known = Object.entries(quick).filter(([field]) => field in kind.settings.shape)
  const half = await kind.client(kind.settings.parse(Object.fromEntries(known)), world)
  closers.push(
    () => half.stop(500),
    () => world[Symbol.dispose](),
  )
  return { world, half }
}

interface Peer {
  readonly at: string
  /** Where what came to it came from. */
  readonly seen: string[]
}

/** Resets a connection: at once, or when the client speaks. */
async function resetting(host: string): Promise<Peer> {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const listener = createServer(socket => {
    sockets.add(socket)
    seen.push(formatAddress({ host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }))
    socket.on('error', () => {})
    if (seen.length % 3 === 0) socket.resetAndDestroy()
    else if (seen.length % 3 === 1) socket.once('data', () => socket.resetAndDestroy())
    else socket.resume() // until the deadline
  }).listen(0, host)
  await once(listener, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  return { at: formatAddress({ host, port: (listener.address() as AddressInfo).port }), seen }
}

/** Hears datagrams and never says a word. */
async function silent(host: string): Promise<Peer> {
  const seen: string[] = []
  const socket = createSocket(host === '::1' ? 'udp6' : 'udp4').bind(0, host)
  await once(socket, 'listening')
  socket.on('message', (_, { address, port }) => seen.push(formatAddress({ host: address, port })))
  closers.push(() => socket.close())
  return { at: formatAddress({ host, port: socket.address().port }), seen }
}

/** A port on which nobody listens, neither over TCP nor over UDP. */
async function nobody(host: string): Promise<string> {
  const gone = createSocket(host === '::1' ? 'udp6' : 'udp4').bind(0, host)
  await once(gone, 'listening')
  const { port } = gone.address()
  gone.close()
  return formatAddress({ host, port })
}
