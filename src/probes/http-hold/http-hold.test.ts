import type { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { answer, client, closeAll, greets, peer, server } from '../../../test/http-halves.ts'
import { telling } from '../../../test/world.ts'

afterEach(closeAll)

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
    expect(row).toMatchObject({ id: opened.id, server: 'server-0' })
    expect(row?.addresses()).toEqual({ remote: address, local: account?.remote })
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
    await new Promise(resolve => setTimeout(resolve, 100))
    await world.half.stop(2000)
    const ends = world.told.filter(telling('ended'))
    expect(ends).toHaveLength(5)
    for (const end of ends) {
      expect(end).toMatchObject({ fate: 'cancelled', code: 'STOP', planned: true, phase: 'idle' })
      expect(end.idleMs).toBeGreaterThan(80) // a silence cut short by us was exposure all the same
    }
    const seen = await served.heard(telling('ended', { planned: true }))
    expect(seen).toMatchObject({ fate: 'closed', code: 'BYE client stops', phase: 'idle' })
    expect(seen.idleMs).toBeGreaterThan(80)
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

  test('a stop in the middle of the hello waits for the answer, then says so', async () => {
    const requests: string[] = []
    const slow = (socket: Socket) =>
      void socket.on('data', (request: Buffer) => {
        requests.push(request.toString('latin1').split(' ')[0] ?? '')
        setTimeout(() => socket.write(answer(request)), 100)
      })
    const world = await client(await peer(slow), { idle: '10s', deadline: '10s' })
    await expect.poll(() => requests).toEqual(['POST'])
    await world.half.stop(5000)
    expect(requests).toEqual(['POST', 'DELETE'])
    expect(world.told.filter(telling('ended'))).toMatchObject([{ fate: 'cancelled', code: 'STOP', planned: true }])
  })

  test('a stop while the server is mute ends with the drain time', async () => {
    const mute = greets(socket => void socket.resume())
    const world = await client(await peer(mute), { idle: '10s', deadline: '10s' })
    await world.heard(telling('opened'))
    await world.half.stop(100)
    expect(await world.heard(telling('ended'))).toMatchObject({ fate: 'cancelled', code: 'STOP', planned: true })
  })
})
