import { fileLimit } from '../../kernel/native.ts'
import { setOptions } from '../../kernel/socket-options.ts'
import { listen } from '../../listen.ts'
import { everyCohort, type OfCohort } from '../../outcome/observation.ts'
import { systemResolve } from '../../resolve.ts'
import { formatAddress } from '../../settings/address.ts'
import { socketOptions } from '../../settings/keepalive.ts'
import { defineKind, type Half, type World } from '../kind.ts'
import { readBack, refuseEarly } from '../read-back.ts'
import { sweep } from '../sweep.ts'
import { answering } from './answer.ts'
import { hold } from './hold.ts'
import { statuses } from './rejection.ts'
import { rowOf } from './row.ts'
import { type Answer, answerSettings, type Cohort, cohortSettings } from './settings.ts'

export const httpHold = defineKind({
  name: 'http-hold',
  summary: 'hold HTTP/1.1 keep-alive connections open and idle, then send a request',
  settings: cohortSettings,
  files: ({ connections }) => connections,
  series: cohort => [seriesOf(cohort)],
  client: holdCohort,
  server: { settings: answerSettings, rejections: Object.keys(statuses), start: answerAll },
})

const seriesOf = ({ name, path }: Cohort): OfCohort => ({ side: 'client', kind: 'http-hold', cohort: name, path })

async function holdCohort(cohort: Cohort, world: World): Promise<Half> {
  const of = seriesOf(cohort)
  const options = socketOptions(cohort.keepalive, cohort.userTimeout)
  await refuseEarly(options, `cohort ${cohort.name}`)
  const resolve = systemResolve(world.clock)
  const told = readBack(of, options, world)
  const holding = hold(
    {
      cohort,
      of,
      options,
      async target(index) {
        const addresses = (await Promise.all(cohort.to.map(resolve))).flat()
        const address = addresses[index % addresses.length]
        if (!address) throw new Error(`${cohort.to.map(formatAddress).join(', ')} has no address`)
        return address
      },
      onOpened: ({ socket }) => socket && told(socket),
    },
    world,
  )
  const sweeping = sweep(of, holding.all, world)
  return {
    listens: [],
    ready: () => holding.all.every(({ stage, failures, openedAt }) => openedAt > 0 || failures > 0 || stage === 'over'),
    *connections() {
      for (const held of holding.all) yield rowOf(of, held, world.clock)
    },
    async stop(drainMs) {
      sweeping.stop()
      await Promise.race([holding.farewell(), world.clock.sleep(drainMs)])
      holding.cutOff()
    },
  }
}

async function answerAll(settings: Answer, world: World): Promise<Half> {
  const options = socketOptions(settings.keepalive, settings.userTimeout)
  await refuseEarly(options, 'server.http-hold')
  const answer = answering({ maxConnections: settings.maxConnections ?? mostConnections() }, world)
  const listens = await listen(answer.server, settings.listen, 'server.http-hold.listen')
  // Set once, here: accepted sockets inherit every option, which saves five system calls for each.
  setOptions(answer.server, options)
  readBack({ side: 'server', kind: 'http-hold', cohort: everyCohort, path: 'service' }, options, world)(answer.server)
  return {
    listens: [listens],
    ready: () => answer.server.listening,
    connections: () => [],
    async stop(drainMs) {
      answer.farewell()
      const end = world.clock.steady() + drainMs
      while (answer.guests.size > 0 && world.clock.steady() < end) await world.clock.sleep(20)
      answer.cutOff()
    },
  }
}

/** A quarter of the file limit: the other kinds listen in the same process. */
const mostConnections = (): number => Math.max(1, Math.floor(fileLimit() / 4))
