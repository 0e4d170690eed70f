import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Told } from '../../src/outcome/observation.ts'
import { kinds } from '../../src/probes/index.ts'
import type { Half, Kind } from '../../src/probes/kind.ts'
import { parseAddress } from '../../src/settings/address.ts'
import { type TestWorld, testWorld } from '../world.ts'

/** What every probe kind owes us. A new folder is held to it before its author writes a test. */
describe.each(kinds.map(kind => ({ name: kind.name, kind })))('$name', ({ kind }) => honoursTheContract(kind))

test('names are unique and are those of their folders', () => {
  const names = kinds.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(page(name)).toContain('## Name')
})

function honoursTheContract(kind: Kind): void {
  test('its page has the headings of the house, in order', () => {
    const headings = [...page(kind.name).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual(['Name', 'What it tells', 'Settings', 'Fates', 'Server half', 'Limits'])
  })

  test('every example on its page is a configuration it takes', () => {
    const probes = examples(kind, '')
    expect(probes.length).toBeGreaterThan(0)
    for (const { kind: name, ...settings } of probes) {
      expect(name).toBe(kind.name)
      expect(kind.settings.safeParse(settings).error?.issues ?? []).toEqual([])
    }
    for (const settings of examples(kind, ' server'))
      expect(kind.server?.settings.safeParse(settings).error?.issues ?? []).toEqual([])
  })

  test('an unknown setting is a mistake', () => {
    const [example] = examples(kind, '')
    expect(kind.settings.safeParse({ ...settingsOf(example), nosuch: 1 }).success).toBe(false)
  })

  test('it names its series before it has anything to tell, and how many files it needs', () => {
    const settings = kind.settings.parse(settingsOf(examples(kind, '')[0]))
    expect(kind.series(settings).length).toBeGreaterThan(0)
    expect(kind.files(settings)).toBeGreaterThan(0)
  })

  test.each([
    ['IPv4', '127.0.0.1:0'],
    ['IPv6', '[::1]:0'],
  ])('against its own server half, over %s, it is ready, and tells only of the series it named', async (_, listen) => {
    await using server = await answering(kind, listen)
    await using client = await asking(kind, server.half.listens[0] ?? '')
    await expect.poll(() => client.world.told.some(isGood), { timeout: 10_000 }).toBe(true)
    expect(client.half.ready()).toBe(true)
    const named = kind.series(client.settings).map(nameOf)
    for (const told of client.world.told.flatMap(seriesOf)) expect(named).toContain(told)
  })

  test('where nobody is, every fate is a fault or a cancellation, and it stops all the same', async () => {
    const client = await asking(kind, await nobody())
    await expect
      .poll(() => client.world.told.some(({ type }) => type === 'ended' || type === 'asked'), { timeout: 15_000 })
      .toBe(true)
    await client[Symbol.asyncDispose]()
    expect(client.world.told.filter(isGood)).toEqual([])
    const settled = client.world.told.length
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(client.world.told.length).toBe(settled)
    expect(client.world.wheel.size).toBe(0)
  })

  test('its server half survives random bytes and still answers', async () => {
    await using server = await answering(kind)
    const { host, port } = parseAddress(server.half.listens[0] ?? '', 0) ?? { host: '', port: 0 }
    for (let i = 0; i < 40; i++) await throwAt(host, port, randomBytes(1 + ((i * 37) % 900)))
    await using client = await asking(kind, server.half.listens[0] ?? '')
    await expect.poll(() => client.world.told.some(isGood), { timeout: 10_000 }).toBe(true)
  })

  test('a taken port is one sentence that names it', async () => {
    await using server = await answering(kind)
    const again = kind.server?.start(kind.server.settings.parse({ listen: server.half.listens[0] }), server.world)
    await expect(again).rejects.toMatchObject({
      name: 'Problem',
      message: expect.stringContaining(server.half.listens[0] ?? '?'),
    })
  })
}

const page = (name: string): string =>
  readFileSync(new URL(`../../src/probes/${name}/README.md`, import.meta.url), 'utf8')

type Example = Readonly<Record<string, unknown>>

/** The YAML blocks of a kind's page: ` ```yaml ` is an entry under `probes:`, ` ```yaml server ` one under `server:`. */
function examples({ name }: Kind, flavour: '' | ' server'): Example[] {
  return [...page(name).matchAll(/^```yaml( server)?\n([\s\S]*?)^```/gm)]
    .filter(([, which = '']) => which === flavour)
    .map(([, , text = '']) => parse(text) as Example)
}

function settingsOf(example: Example | undefined): Example {
  const { kind: _, ...settings } = example ?? {}
  return settings
}

interface Running extends AsyncDisposable {
  readonly world: TestWorld
  readonly half: Half
  readonly settings: unknown
}

async function answering(kind: Kind, listen = '127.0.0.1:0'): Promise<Running> {
  const world = testWorld('contract-server')
  const settings = kind.server?.settings.parse({ listen })
  const half = await kind.server?.start(settings, world)
  if (!half) throw new Error(`${kind.name} has no server half: prove it against a real server in a test of its own`)
  return running(world, half, settings)
}

/** The client half, made quick: whatever of these settings the kind has. */
async function asking(kind: Kind, at: string): Promise<Running> {
  const world = testWorld('contract-client')
  const quick = {
    name: 'contract',
    to: at,
    servers: [at],
    names: ['echo.longhold.test.'],
    connections: 2,
    idle: '60ms',
    every: '60ms',
    deadline: '500ms',
    timeout: '500ms',
    spread: '0s',
  }
  const known = Object.entries(quick).filter(([field]) => field in kind.settings.shape)
  const settings = kind.settings.parse(Object.fromEntries(known))
  return running(world, await kind.client(settings, world), settings)
}

function running(world: TestWorld, half: Half, settings: unknown): Running {
  return {
    world,
    half,
    settings,
    async [Symbol.asyncDispose]() {
      await half.stop(1000)
      world[Symbol.dispose]()
    },
  }
}

const isGood = (told: Told): boolean => told.type === 'exchanged' || (told.type === 'asked' && told.fate === 'ok')

const nameOf = (of: object): string =>
  JSON.stringify(
    Object.entries(of)
      .filter(([field]) => ['side', 'kind', 'cohort', 'path', 'probe', 'server', 'mode'].includes(field))
      .sort(([one], [other]) => one.localeCompare(other)),
  )
const seriesOf = (told: Told): string[] => ('cohort' in told || 'probe' in told ? [nameOf(told)] : [])

/** A port on loopback where nobody listens. */
async function nobody(): Promise<string> {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  gone.close()
  return `127.0.0.1:${port}`
}

async function throwAt(host: string, port: number, bytes: Buffer): Promise<void> {
  const udp = createSocket('udp4')
  await new Promise(sent => udp.send(bytes, port, host, sent))
  udp.close()
  const tcp = connect(port, host)
  tcp.on('error', () => {}) // nothing listens on TCP for a UDP kind, and being reset is an answer too
  tcp.end(bytes)
  tcp.resume()
  await Promise.race([once(tcp, 'close').catch(() => {}), new Promise(resolve => setTimeout(resolve, 50))])
  tcp.destroy()
}
