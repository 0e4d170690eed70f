import { freshSockets } from '../../datagram/asker.ts'
import { claimable } from '../../datagram/port.ts'
import { cannotListen } from '../../listen.ts'
import type { OfProbe } from '../../outcome/observation.ts'
import { beat } from '../../schedule/beat.ts'
import { startDelay } from '../../schedule/spread.ts'
import type { Address } from '../../settings/address.ts'
import type { Half, World } from '../kind.ts'
import { questioner } from './ask.ts'
import type { AskedType } from './query.ts'
import { readResolvConf } from './resolv-conf.ts'
import { optionsOf } from './resolver/options.ts'
import { mostLookups, mostServers, resolver } from './resolver/resolver.ts'
import type { Dns } from './settings.ts'

/** Asks every server in every port mode, and looks names up as a stub resolver. Rejects with a Problem when the pinned port is taken. */
export async function askServers(dns: Dns, world: World): Promise<Half> {
  const servers = serversOf(dns)
  if (dns.pinnedPort !== undefined && dns.ports.includes('pinned'))
    await claim(servers.length, dns.pinnedPort, dns.name)
  const series = seriesOf(dns)
  const spreadMs = Math.min(dns.every, 1000)
  let asked = 0

  const stops = series.map((of, index) => {
    const { ask, stop } = asking(of, dns, servers, world)
    let turn = 0
    const silence = beat(
      world.clock,
      { everyMs: dns.every, delayMs: startDelay(index, series.length, spreadMs) },
      () => {
        ask(dns.names[turn++ % dns.names.length] ?? '')
        asked += 1
      },
    )
    return () => {
      silence()
      return stop()
    }
  })

  return {
    listens: [],
    ready: () => asked >= series.length,
    connections: () => [],
    async stop() {
      await Promise.all(stops.splice(0).map(stop => stop()))
    },
  }
}

/** One series for each server and port mode; the resolver goes through all servers, so its server is `*`. */
export function seriesOf(dns: Dns): OfProbe[] {
  const of = { side: 'client', kind: 'dns', probe: dns.name } as const
  const asked = serversOf(dns).flatMap((_, position) =>
    dns.ports.map(mode => ({ ...of, server: `${position + 1}`, mode })),
  )
  return dns.resolver ? [...asked, { ...of, server: '*', mode: 'resolver' }] : asked
}

/** Sockets held open at most. */
export function filesOf(dns: Dns): number {
  const servers = serversOf(dns).length
  const { ports, every, timeout, types } = dns
  const each =
    (ports.includes('fresh') ? types.length * freshSockets(every, timeout) : 0) +
    (ports.includes('pair') ? freshSockets(every, timeout) : 0) +
    (ports.includes('pinned') ? 2 : 0) +
    // Over TCP, should every answer be cut.
    ports.length * Math.max(2, types.length) * Math.ceil(timeout / every)
  return servers * each + (dns.resolver ? mostLookups * Math.min(servers, mostServers) * 2 : 0)
}

function asking(of: OfProbe, dns: Dns, servers: readonly Address[], world: World) {
  if (dns.resolver && of.mode === 'resolver') {
    const options = optionsOf(dns.resolver, readResolvConf())
    const lookups = resolver({ of, servers: servers.slice(0, mostServers), options, world })
    return { ask: (name: string) => lookups.ask(name), stop: () => lookups.stop() }
  }
  const position = Number(of.server) - 1
  const server = servers[position] ?? loopback
  const localPort = dns.pinnedPort === undefined || of.mode !== 'pinned' ? 0 : dns.pinnedPort + position
  const questions = questioner({ of, server, localPort, timeoutMs: dns.timeout, world })
  const types: readonly AskedType[] = of.mode === 'pair' ? ['A', 'AAAA'] : dns.types
  return { ask: (name: string) => questions.ask(name, types), stop: () => questions.stop() }
}

/** Where glibc asks when nothing is configured. */
const loopback: Address = { host: '127.0.0.1', port: 53 }

function serversOf({ servers }: Dns): readonly Address[] {
  if (servers) return servers
  const found = readResolvConf().servers.slice(0, mostServers)
  return found.length > 0 ? found.map(host => ({ host, port: 53 })) : [loopback]
}

/** The pinned ports are one for each server, in a row. */
async function claim(count: number, first: number, name: string): Promise<void> {
  for (const port of Array.from({ length: count }, (_, index) => first + index))
    await claimable(port).catch((error: unknown) => {
      throw cannotListen(error, { host: '0.0.0.0', port }, `pinnedPort of the probe ${name}`)
    })
}
