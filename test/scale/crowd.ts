import { parse } from 'yaml'
import { deployed, read } from './configuration.ts'
import type { Idle } from '../../src/settings/fields.ts'

/** Clients of `k8s/base`, made so that many of them fit into a process and hours of silence into minutes. */
export interface Crowd {
  readonly processes: number
  /** So many clients is each process: their connections, and their datagrams. */
  readonly clientsEach: number
  /** Silences and keepalives are so much shorter. */
  readonly timesFaster: number
  readonly spreadMs: number
  /** After all connections opened, and before anything is measured. */
  readonly settleMs: number
  readonly windowMs: number
}

export interface Listens {
  readonly hold: string
  readonly http: string
  readonly echo: string
  readonly dns: string
}

interface Written {
  readonly kind: string
  readonly name: string
  readonly [setting: string]: unknown
}

/** The server of `k8s/base`, on loopback, with room for as many as its file limit allows, and names to ask for. */
export const serverConfig = {
  server: {
    'tcp-hold': { listen: '127.0.0.1:0', maxConnections: 18_000 },
    'http-hold': { listen: '127.0.0.1:0', maxConnections: 1500 },
    'udp-echo': { listen: '127.0.0.1:0' },
    dns: { listen: '127.0.0.1:0' },
  },
  web: { listen: '127.0.0.1:0' },
}

export function clientConfig(crowd: Pick<Crowd, 'clientsEach' | 'timesFaster' | 'spreadMs'>, listens: Listens): object {
  const { client } = deployed()
  const decoded = read('client', client).probes
  const written = parse(client) as { readonly probes: readonly Written[] } // the loader has just read it
  const probes = written.probes.map((probe, position) => made(probe, decoded[position] ?? probe, crowd, listens))
  return { probes, web: { listen: '127.0.0.1:0' } }
}

function made(
  written: Written,
  decoded: Written,
  crowd: Pick<Crowd, 'clientsEach' | 'timesFaster' | 'spreadMs'>,
  { hold, http, echo, dns }: Listens,
): object {
  const { clientsEach, timesFaster, spreadMs } = crowd
  const every = `${1000 / clientsEach}ms`
  if (written.kind === 'udp-echo') return { ...written, to: echo, every }
  // The embedded responder knows a zone of its own, and no search domains.
  if (written.kind === 'dns')
    return { ...written, names: ['plain.longhold.test'], servers: [dns], every, resolver: { search: [], ndots: 1 } }
  const keepalive = decoded['keepalive'] as 'off' | { readonly idle: number; readonly count: number }
  return {
    ...written,
    to: written.kind === 'http-hold' ? http : hold,
    connections: (decoded['connections'] as number) * clientsEach,
    idle: faster(decoded['idle'] as Idle, timesFaster),
    spread: `${spreadMs}ms`,
    ...(keepalive !== 'off' && {
      keepalive: { idle: `${Math.max(1, Math.round(keepalive.idle / timesFaster / 1000))}s`, interval: '1s', count: 3 },
    }),
  }
}

function faster(idle: Idle, times: number): unknown {
  const text = (ms: number) => `${Math.round(ms / times)}ms`
  if (idle.kind === 'fixed') return text(idle.ms)
  return idle.kind === 'range' ? { min: text(idle.minMs), max: text(idle.maxMs) } : idle.ms.map(text)
}
