import { listen } from '../../listen.ts'
import { fileLimit } from '../../kernel/native.ts'
import { setOptions } from '../../kernel/socket-options.ts'
import { everyCohort, type OfCohort } from '../../outcome/observation.ts'
import { systemResolve } from '../../resolve.ts'
import { formatAddress } from '../../settings/address.ts'
import { silenceOf } from '../../settings/fields.ts'
import { socketOptions } from '../../settings/keepalive.ts'
import { defineKind, type Half, type World } from '../kind.ts'
import { answering, rejections } from './answer.ts'
import { hold } from './hold.ts'
import { readBack, refuseEarly } from '../read-back.ts'
import { rowOf } from './row.ts'
import { type Answer, answerSettings, type Cohort, cohortSettings } from './settings.ts'
import { sweep } from '../sweep.ts'
import type { Turns } from './turns.ts'

export const tcpHold = defineKind({
  name: 'tcp-hold',
  summary: 'hold TCP connections open and silent, then ask whether anyone is still there',
  settings: cohortSettings,
  files: ({ connections }) => connections,
  series: cohort => [seriesOf(cohort)],
  client: holdCohort,
  server: { settings: answerSettings, rejections, start: answerAll },
})

const seriesOf = ({ name, path }: Cohort): OfCohort => ({ side: 'client', kind: 'tcp-hold', cohort: name, path })

async function holdCohort(cohort: Cohort, world: World): Promise<Half> {
  const of = seriesOf(cohort)
  const options = socketOptions(cohort.keepalive, cohort.userTimeout)
  await refuseEarly(options, `cohort ${cohort.name}`)
  const resolve = systemResolve(world.clock)
  const holding = hold(
    {
      cohort,
      of,
      options,
      turnsOf: turnsOf(cohort, world),
      async target(index) {
        const addresses = (await Promise.all(cohort.to.map(resolve))).flat()
        const address = addresses[index % addresses.length]
        if (!address) throw new Error(`${cohort.to.map(formatAddress).join(', ')} has no address`)
        return address
      },
      onOpened: readBack(of, options, world),
    },
    world,
  )
  const sweeping = sweep(of, holding.all, world)
  return {
    listens: [],
    ready: () => holding.all.every(({ stage, failures, openedAt }) => openedAt > 0 || failures > 0 || stage === 'over'),
    *connections() {
      for (const held of holding.all) yield rowOf(held, world.clock)
    },
    async stop(drainMs) {
      sweeping.stop()
      await Promise.race([holding.farewell(), world.clock.sleep(drainMs)])
    },
  }
}

async function answerAll(settings: Answer, world: World): Promise<Half> {
  const options = socketOptions(settings.keepalive, settings.userTimeout)
  await refuseEarly(options, 'server.tcp-hold')
  const answer = answering(settings.maxConnections ?? mostConnections(), world)
  const listens = await listen(answer.server, settings.listen, 'server.tcp-hold.listen or --port')
  // Set once, here: accepted sockets inherit every option, which saves five system calls for each.
  setOptions(answer.server, options)
  readBack({ side: 'server', kind: 'tcp-hold', cohort: everyCohort, path: 'service' }, options, world)(answer.server)
  return {
    listens: [listens],
    ready: () => answer.server.listening,
    connections: () => [],
    async stop(drainMs) {
      answer.farewell()
      const end = world.clock.steady() + drainMs
      while (answer.open.size > 0 && world.clock.steady() < end) await world.clock.sleep(20)
      answer.cutOff()
    },
  }
}

/** Draws of a range, used in turn: enough that a connection does not fall into a rhythm. */
const draws = 32

/** The silences of each connection: one for a fixed idle or a rung, drawn in advance for a range. */
function turnsOf({ idle, speaker }: Cohort, { random }: World): (index: number) => Turns {
  const known = new Map<number, Turns>()
  return index => {
    if (idle.kind === 'range')
      return { speaker, idleMs: Array.from({ length: draws }, () => silenceOf(idle, index, random)) }
    const ms = silenceOf(idle, index, random)
    const turns = known.get(ms) ?? { speaker, idleMs: [ms] }
    known.set(ms, turns)
    return turns
  }
}

/** Descriptors kept for everything else: logs, the journal, the web port, a scrape. */
const reserve = 256
const mostConnections = (): number => Math.max(1, fileLimit() - reserve)
