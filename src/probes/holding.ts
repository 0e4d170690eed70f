import type { Server, Socket } from 'node:net'
import { setOptions } from '../kernel/socket-options.ts'
import { listen } from '../listen.ts'
import { everyCohort, type OfCohort } from '../outcome/observation.ts'
import type { SocketOptions } from '../outcome/socket.ts'
import { systemResolve } from '../resolve.ts'
import type { CohortSettings, ListenerSettings } from '../settings/cohort.ts'
import type { Address } from '../settings/address.ts'
import { beat } from '../schedule/beat.ts'
import { socketOptions } from '../settings/keepalive.ts'
import { destinations } from './destinations.ts'
import type { Half, World } from './kind.ts'
import { readBack, refuseEarly } from './read-back.ts'
import { type Rowed, rowOf } from './row.ts'
import { type Share, whole } from './share.ts'
import { type Sweepable, sweep } from './sweep.ts'

/** What a kind needs to open the connections of a cohort. */
export interface Opening {
  readonly of: OfCohort
  readonly options: SocketOptions
  /** Which of the cohort's connections are ours. */
  readonly share: Share
  /** Where the `index`th connection goes now. Rejects when there is nowhere to go. */
  target(index: number): Promise<Address>
  /** Whether the `index`th, which is open at an address, had better be opened anew: servers came, and its place is elsewhere. */
  isElsewhere(index: number, at: Address): boolean
  /** A connection opened: its options are read back. */
  onOpened(socket: Socket): void
}

/** One held connection, as far as every kind is alike. */
export interface HeldAlike extends Sweepable, Rowed {
  /** Attempts in a row that did not open. */
  readonly failures: number
}

/** The connections of a cohort, held in the kind's own way. */
export interface Holding {
  readonly all: readonly HeldAlike[]
  /** Says goodbye on every connection and opens none any more. Resolves when the last socket closed. */
  farewell(): Promise<void>
  /** Closes what is left. */
  cutOff(): void
}

/** The client half of a kind that holds connections. Rejects with a Problem when the kernel refuses the options. */
export async function holdCohort(
  { of, share = whole }: { readonly of: OfCohort; readonly share?: Share | undefined },
  { keepalive, userTimeout, to, idle, connections }: CohortSettings,
  world: World,
  open: (opening: Opening) => Holding,
): Promise<Half> {
  const options = socketOptions(keepalive, userTimeout)
  refuseEarly(options, `cohort ${of.cohort}`)
  const rungs = idle.kind === 'rungs' ? idle.ms.length : 1
  const going = { to, connections, rungs, share, self: world.identity.pod }
  const destination = destinations(going, systemResolve(world.clock), world.clock)
  const { listenMs: everyMs } = destination
  const unlisten = everyMs === undefined ? () => {} : beat(world.clock, { everyMs }, () => void destination.listen())
  const known: Address[] = []
  const holding = open({
    of,
    options,
    share,
    target: async index => shared(known, await destination.of(index)),
    isElsewhere: destination.isElsewhere,
    onOpened: readBack(of, options, world),
  })
  const sweeping = sweep(of, holding.all, world)
  let tried = false // once and for all: one that waits for its next try after an end makes nobody unready
  return {
    listens: [],
    ready: () =>
      (tried ||= holding.all.every(
        ({ stage, failures, openedAt }) => openedAt > 0 || failures > 0 || stage === 'over',
      )),
    *connections() {
      for (const held of holding.all) yield rowOf(of, held, world.clock)
    },
    next() {
      let first: HeldAlike | undefined
      for (const held of holding.all) if (held.stage === 'idle' && held.due < (first?.due ?? Infinity)) first = held
      return first && { of, inMs: Math.max(0, first.due - world.clock.steady()), afterMs: first.due - first.since }
    },
    async stop(drainMs) {
      unlisten()
      sweeping.stop()
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const disarm = world.clock.alarm(drainMs, resolve)
      await Promise.race([holding.farewell(), late])
      disarm()
      holding.cutOff()
    },
  }
}

/** Addresses kept to be shared: those of a few Services and their pods. */
const mostKnown = 256

/** The one object we have for an address, however many connections remember it. */
function shared(known: Address[], address: Address): Address {
  const before = known.find(({ host, port }) => host === address.host && port === address.port)
  if (before) return before
  if (known.push(address) > mostKnown) known.shift()
  return address
}

/** What the server half of such a kind has made. */
export interface Answering {
  readonly server: Server
  readonly open: { readonly size: number }
  /** Says goodbye on every connection and accepts no more. */
  farewell(): void
  /** Closes what is left. */
  cutOff(): void
}

/** The server half of a kind that holds connections. Rejects with a Problem when it cannot listen. */
export async function answerCohorts(
  { kind, setting }: { readonly kind: string; readonly setting: string },
  settings: ListenerSettings,
  world: World,
  begin: () => Answering,
): Promise<Half> {
  const options = socketOptions(settings.keepalive, settings.userTimeout)
  refuseEarly(options, `server.${kind}`)
  const { server, open, farewell, cutOff } = begin()
  const listens = await listen(server, settings.listen, setting)
  // accept(2) failed for want of memory or files: one connection less. Without a listener it would be the end of all.
  server.on('error', error => world.log.warn(`server.${kind} could not accept a connection: ${error.message}`))
  // Set once, here: accepted sockets inherit every option, which saves five system calls for each.
  setOptions(server, options)
  readBack({ side: 'server', kind, cohort: everyCohort, path: 'service' }, options, world)(server)
  return {
    listens: [listens],
    ready: () => server.listening,
    connections: () => [],
    async stop(drainMs) {
      farewell()
      const end = world.clock.steady() + drainMs
      while (open.size > 0 && world.clock.steady() < end) await world.clock.sleep(20)
      cutOff()
    },
  }
}
