import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Report, Subject } from '../subject.ts'
import type { Peer, Silence } from './peers.ts'

/** So many connections, shared by so many processes on either side. */
export interface Size {
  readonly connections: number
  readonly processes: number
}

/** What a pair costs that holds its connections in silence. */
export interface Silent {
  /** Connections a second, opened all at once. */
  readonly perSecond: number
  readonly clientBytes: number
  readonly serverBytes: number
  /** Slab of the whole machine: both ends of every connection. */
  readonly slabBytes: number
  /** Shares of one core. */
  readonly clientCpu: number
  readonly serverCpu: number
}

/** What a pair costs whose connections exchange now and then. */
export interface Exchanging {
  readonly perSecond: number
  /** CPU of all processes of a side, for each exchange, us. */
  readonly clientUs: number
  readonly serverUs: number
}

const forever = { idleMs: 3_600_000, spreadMs: 0 }

/** Opens all connections at once, then leaves them silent for `windowMs`. */
export async function silent(peer: Peer, size: Size, windowMs: number): Promise<Silent> {
  const slabBefore = slabBytes()
  using pair = await begun(peer, size, forever)
  const { servers, clients } = pair
  const perSecond = size.connections / (await pair.opened(60_000))
  await Promise.all([...servers, ...clients].map(each => each.ask('gc')))
  await sleep(1000) // V8 gives pages back a little after a collection
  const [clientUs, serverUs] = [cpu(clients), cpu(servers)]
  await sleep(windowMs)
  return {
    perSecond,
    clientCpu: (cpu(clients) - clientUs) / windowMs / 1000,
    serverCpu: (cpu(servers) - serverUs) / windowMs / 1000,
    clientBytes: resident(clients),
    serverBytes: resident(servers),
    slabBytes: slabBytes() - slabBefore,
  }
}

/** Opens the connections over one silence, so that exchanges come evenly, as they do in a cohort that has run for long. */
export async function exchanging(
  peer: Peer,
  size: Size,
  { idleMs, windowMs }: { readonly idleMs: number; readonly windowMs: number },
): Promise<Exchanging> {
  using pair = await begun(peer, size, { idleMs, spreadMs: idleMs })
  const { servers, clients } = pair
  await pair.opened(idleMs + 60_000)
  await sleep(idleMs / 5) // some have exchanged: the code is compiled
  const before = { ...(await sum(clients)), clientUs: cpu(clients), serverUs: cpu(servers) }
  const began = performance.now()
  await sleep(windowMs)
  const [clientUs, serverUs] = [cpu(clients) - before.clientUs, cpu(servers) - before.serverUs]
  const { exchanges, open } = await sum(clients)
  const seconds = (performance.now() - began) / 1000
  if (open !== size.connections) throw new Error(`${peer.name}: ${open} of ${size.connections} are open`)
  const count = exchanges - before.exchanges
  if (count < (size.connections * windowMs) / idleMs / 2)
    throw new Error(`${peer.name}: ${count} exchanges in ${seconds} s on ${size.connections} connections`)
  return { perSecond: count / seconds, clientUs: clientUs / count, serverUs: serverUs / count }
}

interface Pair extends Disposable {
  readonly servers: readonly Subject[]
  readonly clients: readonly Subject[]
  /** Resolves to how long it took until all were open, s. */
  opened(withinMs: number): Promise<number>
}

async function begun(peer: Peer, { connections, processes }: Size, silence: Silence): Promise<Pair> {
  const servers = Array.from({ length: processes }, () => peer.server())
  const listens = await Promise.all(servers.map(async server => (await server.ask<string[]>('listens'))[0] ?? ''))
  const clients = peer.clients(listens, connections / processes, silence)
  return {
    servers,
    clients,
    async opened(withinMs) {
      let began = performance.now()
      for (const end = began + withinMs; ; ) {
        const { open } = await sum(clients)
        if (open === 0) began = performance.now() // it starts up
        if (open === connections) return (performance.now() - began) / 1000
        if (performance.now() > end) throw new Error(`${peer.name}: ${open} of ${connections} connections opened`)
        await sleep(20)
      }
    },
    [Symbol.dispose]() {
      for (const each of [...clients, ...servers]) each[Symbol.dispose]()
    },
  }
}

async function sum(clients: readonly Subject[]): Promise<Pick<Report, 'open' | 'exchanges'>> {
  const reports = await Promise.all(clients.map(client => client.ask('report')))
  const all = (of: 'open' | 'exchanges') => reports.reduce((total, report) => total + report[of], 0)
  return { open: all('open'), exchanges: all('exchanges') }
}

const cpu = (some: readonly Subject[]): number => some.reduce((total, each) => total + each.cpuUs(), 0)
const resident = (some: readonly Subject[]): number => some.reduce((total, each) => total + each.residentBytes(), 0)

const slabBytes = (): number => Number(/^Slab:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024
