import { freePort } from './free-port.ts'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { realClock } from '../src/clock.ts'
import { loadConfig } from '../src/config/load.ts'
import { type Engine, start } from '../src/engine/engine.ts'
import { kinds } from '../src/probes/index.ts'
import type { SurvivalSeries } from '../src/record/survival.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const off = { 'tcp-hold': 'off', 'http-hold': 'off', 'udp-echo': 'off', dns: 'off' }

async function running(command: 'server' | 'client', settings: object): Promise<Engine> {
  const text = JSON.stringify({ web: 'off', journal: 'off', evidence: 'off', drain: '1s', ...settings })
  const { config } = loadConfig(kinds, { command, text, flags: {}, env: {} })
  const engine = await start({ config, command, clock: realClock, log: pino({ level: 'silent' }), version: 'test' })
  closers.push(() => engine.stop())
  return engine
}

/** What is on the way: forwards, and resets both ends of what nobody used for so long. */
async function middlebox(to: number, idleMs: number): Promise<number> {
  const server = createServer(near => {
    const far = connect(to, '127.0.0.1')
    const both = [near, far]
    const reset = () => both.forEach(each => each.resetAndDestroy())
    for (const each of both) each.on('error', () => both.forEach(end => end.destroy())).setTimeout(idleMs)
    near.on('timeout', reset).on('data', (data: Buffer) => pass(data, far, near))
    far.on('data', (data: Buffer) => pass(data, near, far))
    near.on('end', () => far.end())
    far.on('end', () => near.end())
  })
  return listening(server)
}

/** Traffic in either direction counts. */
function pass(data: Buffer, to: Socket, from: Socket): void {
  to.write(data)
  to.setTimeout(to.timeout ?? 0)
  from.setTimeout(from.timeout ?? 0)
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

test('a running client measures the timeout of what is on the way, and says which keepalive survives it', async () => {
  const port = await freePort()
  await running('server', { server: { ...off, 'tcp-hold': { listen: `127.0.0.1:${port}` } } })
  const way = await middlebox(port, 3500)
  const cohort = { kind: 'tcp-hold', spread: '0s', connections: 8, reconnect: { base: '100ms', cap: '200ms' } }
  const client = await running('client', {
    probes: [
      { ...cohort, name: 'rungs', to: `127.0.0.1:${way}`, idle: ['1s', '2s', '3s', '5s'] },
      { ...cohort, name: 'beside', to: `127.0.0.1:${port}`, path: 'pod', idle: ['1s', '2s', '3s', '5s'] },
    ],
  })
  const measured = (path: string): SurvivalSeries | undefined =>
    client.snapshot().survival.find(({ of }) => of.path === path)
  await expect.poll(() => measured('service')?.timeout, { timeout: 60_000, interval: 500 }).toBeDefined()
  const service = measured('service')
  expect(service?.of).toEqual({ kind: 'tcp-hold', path: 'service', speaker: 'client', keepalive: undefined })
  expect(service?.timeout?.ends).toBe('cut')
  expect(service?.timeout?.lowMs).toBeGreaterThan(3300)
  expect(service?.timeout?.highMs).toBeLessThan(4500)
  expect(service?.recommended?.idleS).toBe(1)
  expect(measured('pod')?.timeout).toBeUndefined()
  expect(measured('pod')?.survivedMs).toBeGreaterThan(4900)
})
