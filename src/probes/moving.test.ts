import { afterEach, expect, test } from 'vitest'
import { telling, testWorld } from '../../test/world.ts'
import { type Address, parseAddress } from '../settings/address.ts'
import { socketOptions } from '../settings/keepalive.ts'
import type { Opening } from './holding.ts'
import { hold as holdHttp } from './http-hold/hold.ts'
import { httpHold } from './http-hold/kind.ts'
import { cohortSettings as httpCohort } from './http-hold/settings.ts'
import { hold as holdTcp } from './tcp-hold/hold.ts'
import { tcpHold } from './tcp-hold/kind.ts'
import { cohortSettings as tcpCohort } from './tcp-hold/settings.ts'
import { whole } from './share.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** The real server half, on a port of its own. */
async function server(kind: typeof tcpHold, name: string) {
  const world = testWorld(name)
  const half = await kind.server?.start(kind.server.settings.parse({ listen: '127.0.0.1:0' }), world)
  const address = parseAddress(half?.listens[0] ?? '', 0)
  if (!half || !address) throw new Error('the kind has a server half')
  closers.push(
    () => half.stop(0),
    () => world[Symbol.dispose](),
  )
  return { world, address }
}

const settings = {
  name: 'quick',
  to: '127.0.0.1:1',
  connections: 1,
  idle: '60ms',
  deadline: '2s',
  spread: '0s',
  reconnect: { base: '20ms', cap: '50ms' },
}
const of = { side: 'client', cohort: 'quick', path: 'pod' } as const

const tcp = (speaker: 'client' | 'server', opening: Omit<Opening, 'of' | 'options'>) => {
  const world = testWorld('client-0')
  const cohort = tcpCohort.parse({ ...settings, speaker })
  const options = socketOptions(cohort.keepalive, cohort.userTimeout)
  const turnsOf = () => ({ speaker, idleMs: [60] })
  return { world, holding: holdTcp({ ...opening, of: { ...of, kind: 'tcp-hold' }, options, cohort, turnsOf }, world) }
}
const http = (opening: Omit<Opening, 'of' | 'options'>) => {
  const world = testWorld('client-0')
  const cohort = httpCohort.parse(settings)
  const options = socketOptions(cohort.keepalive, cohort.userTimeout)
  return { world, holding: holdHttp({ ...opening, of: { ...of, kind: 'http-hold' }, options, cohort }, world) }
}

test.each([
  ['tcp-hold, the client speaks', tcpHold, (opening: Omit<Opening, 'of' | 'options'>) => tcp('client', opening)],
  ['tcp-hold, the server speaks', tcpHold, (opening: Omit<Opening, 'of' | 'options'>) => tcp('server', opening)],
  ['http-hold', httpHold, http],
] as const)(
  '%s: whose place is elsewhere goes there after its silence, and neither side calls it a fault',
  async (_, kind, start) => {
    const [old, added] = [await server(kind, 'server-old'), await server(kind, 'server-new')]
    let servers: readonly [Address, ...Address[]] = [old.address]
    const isAtNew = ({ port }: Address) => port === added.address.port
    const { world, holding } = start({
      share: whole,
      target: async () => servers.find(isAtNew) ?? servers[0],
      isElsewhere: (_index, at) => servers.some(isAtNew) && !isAtNew(at),
      onOpened: () => {},
    })
    closers.push(
      () => holding.cutOff(),
      () => holding.farewell(),
      () => world[Symbol.dispose](),
    )
    await world.heard(telling('exchanged'))
    servers = [old.address, added.address]
    const moved = await world.heard(telling('ended'))
    expect(moved).toMatchObject({ fate: 'cancelled', code: 'MOVE', planned: true })
    expect(moved.idleMs).toBeLessThan(60) // its silence was told when it was survived, and is not told twice
    expect(await old.world.heard(telling('ended'))).toMatchObject({ fate: 'closed', planned: true, zombie: false })
    await added.world.heard(telling('exchanged'))
    expect(world.told.filter(telling('opened')).map(({ peer }) => peer.pod)).toEqual(['server-old', 'server-new'])
    expect(world.told.filter(telling('ended'))).toHaveLength(1)
  },
)
