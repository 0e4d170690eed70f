import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { finished, longhold, longholdServer, subject, type Subject } from '../subject.ts'

/** Silences, and over how long the connections are opened, ms. */
export interface Silence {
  readonly idleMs: number
  readonly spreadMs: number
}

/** A program that holds connections, both halves of it. */
export interface Peer {
  readonly name: string
  server(): Subject
  /** Holds so many connections to each of these servers, in as many processes. */
  clients(servers: readonly string[], each: number, silence: Silence): readonly Subject[]
}

export const names = ['longhold', 'longhold, journal on', 'Go pair', 'C pair'] as const

const longholds = (journal: () => object | 'off'): Omit<Peer, 'name'> => ({
  server: longholdServer,
  clients(to, each, { idleMs, spreadMs }) {
    const connections = each * to.length
    const cohort = { kind: 'tcp-hold', name: 'idle', to, connections, idle: `${idleMs}ms`, spread: `${spreadMs}ms` }
    return [longhold('client', { journal: journal(), processes: to.length, probes: [cohort] })]
  },
})

/** As the pairs in C and Go are told. */
const words = (each: number, { idleMs, spreadMs }: Silence) => [`${each}`, `${idleMs}`, `${spreadMs}`]
const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** longhold, and next to it what does nothing else: compiled on the spot, and gone with the block. */
export async function peers(): Promise<{ readonly all: readonly Peer[] } & Disposable> {
  const dir = mkdtempSync(join(tmpdir(), 'longhold-bench-'))
  const built = (name: string) => join(dir, name)
  await finished('gcc', ['-O2', '-o', built('holder'), source('holder.c')])
  await finished('gcc', ['-O2', '-o', built('answerer'), source('answerer.c')])
  await finished('env', [`GOCACHE=${built('cache')}`, 'go', 'build', '-o', built('pair'), source('pair.go')])
  let journals = 0
  const all: readonly (Peer & { readonly name: (typeof names)[number] })[] = [
    { name: 'longhold', ...longholds(() => 'off') },
    { name: 'longhold, journal on', ...longholds(() => ({ dir: built(`journal-${(journals += 1)}`) })) },
    {
      name: 'Go pair',
      server: () => subject(built('pair'), 'server'),
      clients: (to, each, silence) => to.map(one => subject(built('pair'), 'client', one, ...words(each, silence))),
    },
    {
      name: 'C pair',
      server: () => subject(built('answerer')),
      clients: (to, each, silence) =>
        to.map(one => subject(built('holder'), ...one.split(':'), ...words(each, silence))),
    },
  ]
  return { all, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) }
}
