import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import type { Told } from '../../outcome/observation.ts'
import { testWorld } from '../../../test/world.ts'
import type { Half, World } from '../kind.ts'
import { answerTo } from './datagram.ts'
import { udpEcho } from './kind.ts'

const running: { stop(drainMs: number): unknown }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(each => each.stop(0)))
})

function world(pod: string) {
  const told: Told[] = []
  const warnings: string[] = []
  const real = testWorld(pod)
  running.push({ stop: () => real[Symbol.dispose]() })
  const log: World['log'] = { ...real.log, warn: (line: unknown) => warnings.push(String(line)) }
  const asked = (mode: string) => told.filter(one => one.type === 'asked' && one.mode === mode)
  const strayed = () => told.flatMap(one => (one.type === 'strayed' ? [one.what] : []))
  const rejected = () => told.flatMap(one => (one.type === 'rejected' ? [one.reason] : []))
  return { world: { ...real, log, tell: (one: Told) => told.push(one) }, told, warnings, asked, strayed, rejected }
}

async function run(half: Promise<Half>): Promise<Half> {
  running.push(await half)
  return half
}

const client = (to: string | undefined, settings: object, here = world('client')) =>
  run(
    udpEcho.client(
      udpEcho.settings.parse({ name: 'echo', to: [to], every: '20ms', timeout: '150ms', ...settings }),
      here.world,
    ),
  ).then(half => ({ ...here, half }))

async function server(pod = 'server-1', listen = '127.0.0.1:0') {
  const here = world(pod)
  const half = await run(udpEcho.server!.start(udpEcho.server!.settings.parse({ listen }), here.world))
  return { ...here, at: half.listens[0] ?? '' }
}

async function peer(answering: (socket: Socket, question: Buffer, from: RemoteInfo) => void) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  socket.on('message', (question, from) => answering(socket, question, from))
  running.push({ stop: () => socket.close() })
  return `127.0.0.1:${socket.address().port}`
}
const peerIdentity = { pod: 'peer', node: 'n', ip: '127.0.0.1', instance: 'p' }

test('both port modes get answers, and know who answered', async () => {
  const { at } = await server('server-1')
  const { asked, half, told } = await client(at, {})
  await expect.poll(() => Math.min(asked('fresh').length, asked('pinned').length)).toBeGreaterThan(3)
  expect(half.ready()).toBe(true)
  for (const one of told)
    expect(one).toMatchObject({ fate: 'ok', probe: 'echo', server: '1', by: 'server-1/server-1-1', stamp: 'kernel' })
})

test('the server listens on IPv4 and IPv6 alike', async () => {
  const { at } = await server('both', '[::]:0')
  const port = at.split(':').at(-1)
  for (const to of [`127.0.0.1:${port}`, `[::1]:${port}`]) {
    const { asked } = await client(to, { ports: ['fresh'] })
    await expect.poll(() => asked('fresh')[0]).toMatchObject({ fate: 'ok', by: 'both/both-1' })
  }
})

test('a name is looked up, and each of its addresses asked', async () => {
  const { at } = await server('named', '[::]:0')
  const { asked } = await client(`localhost:${at.split(':').at(-1)}`, {})
  await expect.poll(() => asked('pinned')[0]).toMatchObject({ fate: 'ok' })
  await expect.poll(() => asked('fresh').length).toBeGreaterThan(3)
  for (const one of asked('fresh')) expect(one).toMatchObject({ fate: 'ok' })
})

test('a name without address is said once, in a sentence, and each question is unreachable', async () => {
  const { asked, warnings } = await client('no-such-host.invalid:7000', { ports: ['fresh'] })
  await expect.poll(() => asked('fresh').length, { timeout: 20_000 }).toBeGreaterThan(1)
  expect(asked('fresh')[0]).toMatchObject({ fate: 'unreachable', phase: 'send' })
  expect(warnings).toEqual([
    expect.stringMatching(/^no-such-host\.invalid:7000 does not resolve \(E\w+ getaddrinfo\): check/),
  ])
})

test('pinned keeps its port when nobody listens, and serves again when somebody does', async () => {
  const first = await server()
  const { asked, told } = await client(first.at, { ports: ['pinned'] })
  await expect.poll(() => asked('pinned').length).toBeGreaterThan(0)
  await running.splice(1, 1)[0]?.stop(0)
  await expect.poll(() => asked('pinned').at(-1)).toMatchObject({ fate: 'refused', code: 'ECONNREFUSED recvmsg' })
  await server('server-2', first.at)
  await expect.poll(() => asked('pinned').at(-1)).toMatchObject({ fate: 'ok', by: 'server-2/server-2-1' })
  expect(told.some(one => one.type === 'asked' && one.fate === 'bug')).toBe(false)
})

test('duplicates and reordering are told, beside the fates', async () => {
  const held: (() => void)[] = []
  const at = await peer((socket, question, { port }) => {
    held.push(() => socket.send(answerTo(question, peerIdentity), port, '127.0.0.1'))
    if (held.length === 2) for (const answer of held.splice(0).toReversed()) answer()
  })
  const { strayed, asked } = await client(at, { ports: ['pinned'] })
  await expect.poll(strayed).toContain('reordered')
  for (const one of asked('pinned')) expect(one).toMatchObject({ fate: 'ok' })
  const twice = await peer((socket, question, { port }) => {
    for (const _ of [1, 2]) socket.send(answerTo(question, peerIdentity), port, '127.0.0.1')
  })
  const second = await client(twice, {})
  await expect.poll(() => new Set(second.strayed())).toEqual(new Set(['duplicate']))
})

test('a thrown back question is malformed, silence a timeout, and stopping a cancellation', async () => {
  const mirror = await peer((socket, question, { port }) => socket.send(question, port, '127.0.0.1'))
  const one = await client(mirror, { ports: ['fresh'] })
  await expect.poll(() => one.asked('fresh')[0]).toMatchObject({ fate: 'wrong-reply', code: 'WRONG_REPLY malformed' })
  expect(one.strayed()).toContain('malformed')
  const silent = await client(await peer(() => {}), {})
  await expect.poll(() => silent.asked('pinned')[0]).toMatchObject({ fate: 'timeout', code: 'DEADLINE' })
  const before = silent.told.length
  await silent.half.stop(0)
  expect(silent.told.slice(before).length).toBeGreaterThan(0)
  for (const ended of silent.told.slice(before)) expect(ended).toMatchObject({ fate: 'cancelled' })
})

test('garbage is counted and never answered, and those who ask properly do not notice', async () => {
  const { at, rejected } = await server()
  const garbler = createSocket('udp4').bind(0, '127.0.0.1')
  await once(garbler, 'listening')
  let answers = 0
  garbler.on('message', () => (answers += 1))
  running.push({ stop: () => garbler.close() })
  const [host, port] = at.split(':')
  for (const size of [0, 1, 63, 64, 128, 1200, 1201, 9000]) garbler.send(Buffer.alloc(size, 0x4c), Number(port), host)
  await expect.poll(rejected).toEqual(['short', 'short', 'short', 'magic', 'magic', 'magic', 'long', 'long'])
  const { asked } = await client(at, {})
  await expect.poll(() => asked('fresh')[0]).toMatchObject({ fate: 'ok' })
  expect(answers).toBe(0)
})

test('a taken port is one sentence with the fix, on either half', async () => {
  const { at } = await server()
  await expect(server('second', at)).rejects.toThrow(
    `cannot listen on ${at}: another process has this port; choose another with server.udp-echo.listen or --port, 0 for any free one.`,
  )
  const pinnedPort = Number(at.split(':').at(-1))
  await expect(client(at, { pinnedPort })).rejects.toThrow(
    /has this port; choose another with pinnedPort of the probe echo, 0 for any free one\.$/,
  )
})
