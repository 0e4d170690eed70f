import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { kinds } from '../../src/probes/index.ts'
import type { Kind } from '../../src/probes/kind.ts'
import { parseAddress } from '../../src/settings/address.ts'
import { type TestWorld, telling, testWorld } from '../world.ts'

/** Kinds that hold connections; a question of the others has one fate by its type. */
const holding = kinds.filter(({ settings }) => 'connections' in settings.shape)

describe.each(holding.map(kind => ({ name: kind.name, kind })))('$name', ({ kind }) => {
  test('through a middlebox that cuts, resets, swallows and garbles, every opening ends once, on either side', async () => {
    const before = files()
    const [there, here] = [testWorld('server'), testWorld('client')]
    const server = await kind.server?.start(kind.server.settings.parse({ listen: '127.0.0.1:0' }), there)
    const client = await kind.client(settingsFor(kind, await rough(server?.listens[0] ?? '')), here)
    closers.push(
      () => there[Symbol.dispose](),
      () => here[Symbol.dispose](),
    )
    await expect.poll(() => here.told.filter(telling('ended')).length, { timeout: 20_000 }).toBeGreaterThan(200)
    await client.stop(2000)
    await server?.stop(2000)
    for (const world of [there, here]) {
      const opened = idsOf(world, 'opened')
      expect(opened.length).toBeGreaterThan(50)
      expect(idsOf(world, 'ended')).toEqual(opened)
      const ends = world.told.filter(telling('ended'))
      expect(ends.filter(({ fate }) => fate === 'bug')).toEqual([])
      expect(ends.filter(({ id, tcpInfo }) => id !== undefined && !tcpInfo)).toEqual([])
      expect(world.wheel.size).toBe(0)
    }
    expect(there.ledger.openCount).toBe(0)
    const fates = new Set(here.told.filter(telling('ended')).map(({ fate }) => fate))
    expect([...fates]).toEqual(expect.arrayContaining(['reset', 'closed', 'timeout', 'wrong-reply', 'cancelled']))
    await closeAll()
    await expect.poll(files, { timeout: 5000 }).toBeLessThanOrEqual(before + 3) // not one socket for each end
  })

  test.each(['client', 'server'] as const)('a %s that stops at any moment is a fault to nobody', async side => {
    for (const afterMs of [0, 2, 5, 10, 20, 40, 80]) {
      const [there, here] = [testWorld('server'), testWorld('client')]
      const server = await kind.server?.start(kind.server.settings.parse({ listen: '127.0.0.1:0' }), there)
      const client = await kind.client(settingsFor(kind, server?.listens[0] ?? '', { deadline: '5s' }), here)
      await sleep(afterMs)
      if (side === 'client') await client.stop(2000)
      await server?.stop(2000)
      if (side === 'server') await client.stop(2000)
      const faults = [...there.told, ...here.told].filter(telling('ended', { planned: false }))
      // Whoever comes to a server that has just gone never was its guest: what it meets is no goodbye.
      expect(faults.filter(({ phase }) => side === 'client' || phase !== 'connect')).toEqual([])
      for (const world of [there, here]) world[Symbol.dispose]()
    }
  })
})

const closers: (() => unknown)[] = []
async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close()
}
afterEach(closeAll)

const files = (): number => readdirSync('/proc/self/fd').length

const settingsFor = ({ settings }: Kind, to: string, more: object = {}) =>
  settings.parse({
    name: 'rough',
    to,
    connections: 40,
    idle: { min: '50ms', max: '150ms' },
    deadline: '300ms',
    spread: '0s',
    reconnect: { base: '10ms', cap: '20ms' },
    ...more,
  })

const idsOf = ({ told }: TestWorld, type: 'opened' | 'ended') =>
  told
    .filter(telling(type))
    .flatMap(({ id }) => id ?? [])
    .sort()

/** A middlebox before `to`: passes bytes on, and after a while does one of these to the connection. */
async function rough(to: string): Promise<string> {
  const { host, port } = parseAddress(to, 0) ?? { host: '', port: 0 }
  const sockets = new Set<Socket>()
  const listener = createServer({ allowHalfOpen: true }, near => {
    const far = connect({ host, port, allowHalfOpen: true })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    near.on('data', bytes => far.write(bytes)).on('end', () => far.end())
    far.on('data', bytes => near.write(bytes)).on('end', () => near.end())
    const deed = deeds[Math.floor(Math.random() * deeds.length)]
    const timer = setTimeout(() => deed?.(near, far), Math.random() * 400)
    near.on('close', () => clearTimeout(timer))
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  return `127.0.0.1:${(listener.address() as AddressInfo).port}`
}

const deaf = (socket: Socket) => socket.removeAllListeners('data').on('data', () => {})
const deeds: readonly ((near: Socket, far: Socket) => void)[] = [
  (near, far) => [near, far].forEach(socket => void socket.resetAndDestroy()),
  near => void near.resetAndDestroy(),
  (_, far) => void far.resetAndDestroy(),
  (near, far) => [near, far].forEach(socket => void socket.end()),
  near => void near.end(),
  (near, far) => [near, far].forEach(socket => void deaf(socket)),
  near => void near.write('no such protocol\r\n\r\n'),
  (_, far) => void far.write('no such protocol\r\n\r\n'),
  near => void near.pause(),
]
