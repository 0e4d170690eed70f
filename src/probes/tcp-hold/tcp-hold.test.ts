import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { parseAddress } from '../../settings/address.ts'
import { type TestWorld, telling, testWorld } from '../../../test/world.ts'
import { beat, frame, pingBytes } from '../../wire/frame.ts'
import { byeFrame, helloFrame, welcomeFrame } from '../../wire/hello.ts'
import type { Half } from '../kind.ts'
import { tcpHold } from './kind.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** The real server half, on a port of its own. */
async function server(settings: object = {}) {
  const world = testWorld('server-0')
  const half = await tcpHold.server?.start(tcpHold.server.settings.parse({ listen: '127.0.0.1:0', ...settings }), world)
  if (!half) throw new Error('tcp-hold has a server half')
  closers.push(
    () => half.stop(0),
    () => world[Symbol.dispose](),
  )
  return { world, half, address: half.listens[0] ?? '' }
}

/** The real client half: one connection of one cohort, quick. */
async function client(to: string, settings: object = {}): Promise<TestWorld & { half: Half }> {
  const world = testWorld('client-0')
  const half = await tcpHold.client(
    tcpHold.settings.parse({
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

const welcome = welcomeFrame({ pod: 'peer', node: 'n', ip: '127.0.0.1', instance: 'x' })
const greets = (then: (socket: Socket) => void) => (socket: Socket) =>
  socket.once('data', () => {
    socket.write(welcome)
    then(socket)
  })

const silent = (socket: Socket) => void socket.resume()
const hangsUp = (socket: Socket) => void socket.end()
const resetsAtOnce = (socket: Socket) => void socket.resetAndDestroy()
const talksHttp = (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
const welcomesBadly = (socket: Socket) => void socket.write(frame('welcome', Buffer.from('{}')))
const speaksAnotherVersion = (socket: Socket) => void socket.write(Buffer.from([0x4c, 0x48, 9, 2, 0, 0, 0, 0]))
const turnsAway = (socket: Socket) => void socket.end(byeFrame('max-connections'))
const fallsSilent = greets(socket => void socket.resume())
const hangsUpOnPing = greets(socket => void socket.once('data', () => socket.end()))
const resetsOnPing = greets(socket => void socket.once('data', () => socket.resetAndDestroy()))
const resetsWhileIdle = greets(socket => void setTimeout(() => socket.resetAndDestroy(), 20))
const closesWhileIdle = greets(socket => void setTimeout(() => socket.end(), 20))
const saysByeWhileIdle = greets(socket => void setTimeout(() => socket.end(byeFrame('server stops')), 20))
const answersWrongly = greets(socket => void socket.on('data', () => socket.write(beat('pong', 0, Buffer.alloc(16)))))
const pongsUnasked = greets(socket => void socket.write(beat('pong', 0, Buffer.alloc(16))))
const sendsGarbage = greets(socket => void socket.write('\r\n\r\n'))
const sendsAGiant = greets(socket => void socket.write(Buffer.from([0x4c, 0x48, 1, 3, 0xff, 0xff, 0xff, 0xff])))

describe('the client names what became of a connection', () => {
  test.each([
    ['silent before hello', silent, 'connect', 'timeout', 'DEADLINE'],
    ['hangs up at once', hangsUp, 'connect', 'closed', 'FIN'],
    ['resets at once', resetsAtOnce, 'connect', 'reset', expect.stringMatching('^ECONNRESET')],
    ['speaks HTTP', talksHttp, 'connect', 'wrong-reply', 'WRONG bad-magic'],
    ['speaks another version', speaksAnotherVersion, 'connect', 'wrong-reply', 'WRONG bad-version'],
    ['welcomes badly', welcomesBadly, 'connect', 'wrong-reply', 'WRONG WELCOME'],
    ['turns us away', turnsAway, 'connect', 'closed', 'BYE max-connections'],
    ['a black hole swallows the ping', fallsSilent, 'exchange', 'timeout', 'DEADLINE'],
    ['a peer that hangs up on the ping is no black hole', hangsUpOnPing, 'exchange', 'closed', 'FIN'],
    ['a peer that forgot us sends RST to the ping', resetsOnPing, 'exchange', 'reset', 'ECONNRESET read'],
    ['a reset in the silence', resetsWhileIdle, 'idle', 'reset', 'ECONNRESET read'],
    ['a FIN in the silence', closesWhileIdle, 'idle', 'closed', 'FIN'],
    ['the wrong answer', answersWrongly, 'exchange', 'wrong-reply', 'WRONG PONG'],
    ['an answer nobody asked for', pongsUnasked, 'idle', 'wrong-reply', 'WRONG PONG'],
    ['garbage', sendsGarbage, 'idle', 'wrong-reply', 'WRONG bad-magic'],
    ['a giant frame', sendsAGiant, 'idle', 'wrong-reply', 'WRONG too-long'],
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

  test('a goodbye first makes the end planned, and so the failing reconnects after it', async () => {
    let left = false
    const world = await client(
      await peer(socket => {
        if (left) resetsAtOnce(socket)
        else saysByeWhileIdle(socket)
        left = true
      }),
    )
    expect(await world.heard(telling('ended'))).toMatchObject({
      fate: 'closed',
      code: 'BYE server stops',
      planned: true,
    })
    expect(await world.heard(telling('ended', { phase: 'connect' }))).toMatchObject({ fate: 'reset', planned: true })
  })

  test('nobody there is refused, a name without address unreachable, and it goes on trying', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    const refused = await client(`127.0.0.1:${port}`)
    expect(await refused.heard(telling('ended'))).toMatchObject({ fate: 'refused', phase: 'connect', exchanges: 0 })
    const nameless = await client('no-such-name.invalid:7000')
    await nameless.heard(telling('ended'))
    await expect.poll(() => nameless.told.filter(telling('ended')).length, { timeout: 15_000 }).toBeGreaterThan(1)
    expect(nameless.told.find(telling('ended'))).toMatchObject({ fate: 'unreachable', phase: 'connect' })
  })
})

describe('both halves', () => {
  test.each(['client', 'server', 'both'] as const)(
    '%s breaks the silence, and both sides count the same',
    async speaker => {
      const { world: there, address } = await server()
      const here = await client(address, { speaker })
      await expect
        .poll(() => here.told.filter(telling('exchanged')).length, { timeout: 5000 })
        .toBeGreaterThanOrEqual(4)
      await here.half.stop(1000)
      await there.heard(telling('ended'))
      expect(spoke(there).slice(0, 4)).toEqual(spoke(here).slice(0, 4))
      const turns = speaker === 'both' ? ['client', 'server'] : [speaker, speaker]
      expect(spoke(here).slice(0, 4)).toEqual([...turns, ...turns])
      const [end, endThere] = [here.told.find(telling('ended')), there.told.find(telling('ended'))]
      expect(end).toMatchObject({ fate: 'cancelled', planned: true, exchanges: spoke(here).length })
      expect(endThere).toMatchObject({ fate: 'closed', code: 'BYE client stops', planned: true, id: end?.id })
    },
  )

  test('the hello tells each who the other is', async () => {
    const { world: there, address } = await server()
    const here = await client(address)
    expect((await here.heard(telling('opened'))).peer).toEqual(there.identity)
    expect(await there.heard(telling('opened'))).toMatchObject({
      peer: here.identity,
      cohort: 'quick',
      path: 'service',
    })
  })

  test('the ledger has the connection while it lives and after it ended', async () => {
    const { world: there, address } = await server()
    const here = await client(address)
    const { id } = await here.heard(telling('opened'))
    await there.heard(telling('exchanged'))
    expect(there.ledger.find(id)).toMatchObject({ state: 'open', cohort: 'quick', client: here.identity })
    await here.half.stop(500)
    await there.heard(telling('ended'))
    expect(there.ledger.find(id)).toMatchObject({ state: 'ended', ending: { fate: 'closed', planned: true } })
  })

  test('the ledger weighs what was said last, though nothing came back', async () => {
    const { world: there, address } = await server()
    const { host, port } = parseAddress(address, 0) ?? { host: '', port: 0 }
    const socket = connect(port, host)
    const turns = { speaker: 'server', idleMs: [100], deadlineMs: 300 } as const
    const hello = helloFrame({ id: 'mute', cohort: 'c', path: 'pod', ...turns, from: there.identity })
    socket.write(hello)
    const heard = readAll(socket)
    expect(await there.heard(telling('ended'))).toMatchObject({ fate: 'timeout', phase: 'exchange' })
    const sent = welcomeFrame(there.identity).length + pingBytes
    expect(there.ledger.find('mute')).toMatchObject({ bytesIn: hello.length, bytesOut: sent })
    expect((await heard).length).toBe(sent)
  })

  test('a server that stops says goodbye: no fault on either side', async () => {
    const { world: there, half, address } = await server()
    const here = await client(address, { connections: 5 })
    await expect.poll(() => there.told.filter(telling('opened')).length).toBe(5)
    await half.stop(2000)
    await expect.poll(() => here.told.filter(telling('ended', { phase: 'idle' })).length).toBeGreaterThanOrEqual(1)
    for (const ended of [...here.told, ...there.told].filter(telling('ended'))) expect(ended.planned).toBe(true)
    expect(there.ledger.openCount).toBe(0)
  })

  test('a stop in the middle of the hello is a goodbye too, whoever stops', async () => {
    const { half, address } = await server()
    const { host, port } = parseAddress(address, 0) ?? { host: '', port: 0 }
    const stranger = connect(port, host)
    closers.push(() => stranger.destroy())
    await once(stranger, 'connect')
    await sleep(50) // accepted by now
    const heard = readAll(stranger)
    await half.stop(500)
    expect(await heard).toContain('server stops')

    const said: Promise<string>[] = []
    const here = await client(await peer(socket => void said.push(readAll(socket))), { deadline: '5s' })
    await expect.poll(() => [...here.half.connections()][0]?.id).not.toBe('') // its hello is out
    await here.half.stop(500)
    expect(await said[0]).toMatch(/"id".*client stops$/s)
  })

  test('every opening ends exactly once', async () => {
    const { half, address } = await server()
    const here = await client(address, { connections: 20, idle: ['50ms', '70ms'] })
    await expect.poll(() => here.told.filter(telling('exchanged')).length).toBeGreaterThan(40)
    await half.stop(300)
    await here.half.stop(500)
    const opened = here.told.filter(telling('opened')).map(({ id }) => id)
    const ended = here.told.filter(telling('ended')).flatMap(({ id }) => id ?? [])
    expect(ended.sort()).toEqual(opened.sort())
  })
})

/** Everything a socket gets until its end. */
async function readAll(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', bytes => (text += bytes.toString('latin1')))
  await once(socket, 'close')
  return text
}

const spoke = (world: TestWorld) => world.told.filter(telling('exchanged')).map(each => each.speaker)

describe('zombies', () => {
  test('the client finds that the server has long lost the connection', async () => {
    let first: Socket | undefined
    // Says hello, then is gone without a FIN that anyone hears: stops reading, and resets when spoken to.
    const world = await client(
      await peer(greets(socket => void (first ??= socket).once('data', () => socket.resetAndDestroy()))),
      {
        speaker: 'server',
      },
    )
    expect(await world.heard(telling('ended'))).toMatchObject({ fate: 'reset', phase: 'exchange', zombie: true })
  })

  test('the server finds that the client has long gone, and the ledger calls it overdue meanwhile', async () => {
    const { world, address } = await server()
    const [host = '', port] = address.split(':')
    const socket = connect(Number(port), host)
    closers.push(() => socket.destroy())
    socket.on('error', () => {})
    socket.write(
      helloFrame({
        id: 'lost',
        cohort: 'c',
        path: 'service',
        speaker: 'client',
        idleMs: [100],
        deadlineMs: 300,
        from: world.identity,
      }),
    )
    await world.heard(telling('opened'))
    expect(world.ledger.find('lost')?.state).toBe('open')
    await expect.poll(() => world.ledger.find('lost')?.state, { timeout: 5000 }).toBe('overdue')
    expect(await world.heard(telling('ended'))).toMatchObject({
      id: 'lost',
      fate: 'timeout',
      zombie: true,
      side: 'server',
    })
  })
})

describe('socket options', () => {
  test('configured and effective stand side by side, on both halves', async () => {
    const { world: there, address } = await server({ keepalive: { idle: '33s', interval: '3s', count: 2 } })
    const here = await client(address, { keepalive: { idle: '44s', interval: '4s', count: 5 }, userTimeout: '70s' })
    const wanted = { keepalive: { idleS: 44, intervalS: 4, count: 5 }, userTimeoutMs: 70_000 }
    expect(await here.heard(telling('options-set'))).toMatchObject({ configured: wanted, effective: wanted })
    expect(await there.heard(telling('options-set'))).toMatchObject({
      effective: { keepalive: { idleS: 33, intervalS: 3, count: 2 }, userTimeoutMs: 0 },
    })
  })

  test("a value the kernel refuses stops the start and names the kernel's range", async () => {
    await expect(client('127.0.0.1:1', { keepalive: { idle: '40000s' } })).rejects.toThrow(
      'cohort quick: the kernel refused TCP_KEEPIDLE = 40000 (EINVAL): it takes 1..32767 s.',
    )
  })

  test('source ports come from the range', async () => {
    const { world: there, address } = await server()
    const here = await client(address, { connections: 3, sourcePorts: { from: 21_000, to: 21_020 } })
    await expect.poll(() => there.told.filter(telling('opened')).length).toBe(3)
    const ports = [...here.half.connections()].map(({ addresses }) => Number(addresses().local.split(':')[1]))
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(21_000)
    for (const port of ports) expect(port).toBeLessThanOrEqual(21_020)
  })
})
