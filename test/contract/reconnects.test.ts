import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Told } from '../../src/outcome/observation.ts'
import { kinds } from '../../src/probes/index.ts'
import type { Half, Kind } from '../../src/probes/kind.ts'
import { testWorld } from '../world.ts'

const base = 100
const cap = 800
const holding = kinds.filter(({ settings }) => 'reconnect' in settings.shape)

describe.each(holding.map(kind => ({ name: kind.name, kind })))('$name', ({ kind }) => {
  test('waits longer after each failure, with jitter, never beyond the cap, and anew once it was open', async () => {
    const at = await nobody()
    const { waits } = await asking(kind, at)
    await expect.poll(() => waits.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(5)
    const failed = waits.slice(0, 5).map(({ ms }) => ms)
    for (const [turn, ms] of failed.entries()) {
      const ceiling = Math.min(cap, base * 2 ** turn)
      expect(ms).toBeLessThanOrEqual(ceiling)
      expect(ms).toBeGreaterThan(ceiling / 2 - 20) // some of it has passed when we look
    }
    expect(new Set(failed.map((ms, turn) => Math.round(ms) / 2 ** turn)).size).toBeGreaterThan(1)
    await answering(kind, at)
    await expect.poll(() => waits.some(({ opened }) => opened), { timeout: 10_000 }).toBe(true)
    expect(waits.find(({ opened }) => opened)?.ms).toBeLessThanOrEqual(base)
  })
})

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** One connection, and how long it waits after each end. */
async function asking(kind: Kind, to: string) {
  const world = testWorld('client')
  const waits: { opened: boolean; ms: number }[] = []
  const running: Half[] = []
  const look = (opened: boolean) => {
    for (const { nextMs } of running.flatMap(half => [...half.connections()])) waits.push({ opened, ms: nextMs })
  }
  const tell = (told: Told) => {
    if (told.type === 'ended') queueMicrotask(() => look(told.id !== undefined)) // once its timer is set
  }
  const quick = { name: 'persistent', to, connections: 1, spread: '0s', idle: '10m', deadline: '5s' }
  const reconnect = { base: `${base}ms`, cap: `${cap}ms` }
  const half = await kind.client(kind.settings.parse({ ...quick, reconnect }), { ...world, tell })
  running.push(half)
  closers.push(
    () => half.stop(500),
    () => world[Symbol.dispose](),
  )
  return { waits }
}

/** Answers at `at`, and stops as soon as somebody is there. */
async function answering(kind: Kind, at: string): Promise<void> {
  const world = testWorld('server')
  const half = await kind.server?.start(kind.server.settings.parse({ listen: at }), world)
  closers.push(
    () => half?.stop(0),
    () => world[Symbol.dispose](),
  )
  await world.heard((told): told is typeof told => told.type === 'opened')
  await half?.stop(0)
}

/** A port on loopback where nobody listens. */
async function nobody(): Promise<string> {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  gone.close()
  return `127.0.0.1:${port}`
}
