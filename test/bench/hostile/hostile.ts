import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../free-port.ts'
import type { Benchmark, Effort, Say } from '../benchmark.ts'
import type { Finding, Measure } from '../measure.ts'
import { longhold, type Seen, type Subject, until } from '../subject.ts'
import { type Attack, attacks, type Port, ports } from './attacks.ts'

export const hostile: Benchmark = {
  name: 'hostile',
  summary: 'what strangers can do to a server: its memory, its event loop, its honest guests, bytes sent back',
  needs: {},
  run,
}

/** What a pod of k8s/base may take beyond what it asks for is 320 MiB (server.yaml): there has to be some left. */
const spareMiB = 256

/** What one attack did. */
interface Suffered {
  readonly triesPerS: number
  /** Resident memory above that of before: the most during it, and what was still there afterwards. */
  readonly peakBytes: number
  readonly keptBytes: number
  readonly lateMs: number
  /** Bytes it was sent back for each that it sent. */
  readonly amplified: number
  /** Whatever went wrong for honest guests, who spoke all the time. */
  readonly wronged: number
}

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  const seconds = quick ? 3 : 15
  const suffered = new Map<Attack, Suffered[]>()
  for (let round = 1; round <= rounds; round++) {
    using town = await settled()
    for (const attack of attacks) {
      say(`hostile: round ${round}, ${attack.at}: ${attack.name}`)
      suffered.set(attack, [...(suffered.get(attack) ?? []), await under(attack, town, seconds)])
    }
  }
  return ports.map(port => finding(port, seconds, suffered))
}

interface Town extends Disposable {
  readonly server: Subject
  readonly guests: Subject
  readonly at: Readonly<Record<Port, number>>
}

/** A server, and guests of each kind who speak twice a second. */
async function settled(): Promise<Town> {
  const at = {
    'tcp-hold': await freePort(),
    'http-hold': await freePort(),
    web: await freePort(),
    dns: await freePort(),
    'udp-echo': await freePort(),
  }
  const listen = (port: Port) => ({ listen: `127.0.0.1:${at[port]}` })
  const server = longhold('server', {
    web: listen('web'),
    server: {
      'tcp-hold': listen('tcp-hold'),
      'http-hold': listen('http-hold'),
      dns: listen('dns'),
      'udp-echo': listen('udp-echo'),
    },
  })
  await server.ask('listens')
  const to = (port: Port) => [`127.0.0.1:${at[port]}`]
  const guests = longhold('client', {
    probes: [
      { kind: 'tcp-hold', name: 'tcp', to: to('tcp-hold'), connections: 100, idle: '500ms', spread: '1s' },
      { kind: 'http-hold', name: 'http', to: to('http-hold'), connections: 50, idle: '500ms', spread: '1s' },
      { kind: 'udp-echo', name: 'echo', to: to('udp-echo'), every: '500ms' },
    ],
  })
  await until(
    () => guests.ask('report'),
    ({ open }) => open === 150,
    { withinMs: 20_000, missing: 'a guest did not get in' },
  )
  await sleep(5000) // the code is compiled
  return {
    server,
    guests,
    at,
    [Symbol.dispose]() {
      guests[Symbol.dispose]()
      server[Symbol.dispose]()
    },
  }
}

async function under(attack: Attack, { server, guests, at }: Town, seconds: number): Promise<Suffered> {
  await server.ask('gc')
  await guests.ask('seen') // what came before is not of this attack
  const before = server.residentBytes()
  let most = before
  const looking = setInterval(() => (most = Math.max(most, server.residentBytes())), 250)
  await server.ask('watch loop')
  const done = await attack.begin(at[attack.at], seconds)
  const { maxMs } = await server.ask<{ maxMs: number }>('loop')
  clearInterval(looking)
  await sleep(2000) // what hung up is cleared away
  await server.ask('gc')
  const wronged = await guests.ask<Seen[]>('seen')
  return {
    triesPerS: done.tries / seconds,
    peakBytes: most - before,
    keptBytes: server.residentBytes() - before,
    lateMs: maxMs,
    amplified: done.gotBytes / Math.max(1, done.sentBytes),
    wronged: wronged.length,
  }
}

const mib = (bytes: number): number => bytes / 1024 ** 2

function finding(port: Port, seconds: number, suffered: ReadonlyMap<Attack, readonly Suffered[]>): Finding {
  const here = [...suffered].filter(([{ at }]) => at === port)
  const everyone = (what: string, unit: string, read: (each: Suffered) => number): Measure[] =>
    here.map(([{ name }, rounds]) => ({ what, unit, of: name, values: rounds.map(read) }))
  const worst = (read: (each: Suffered) => number): number[] => {
    const rounds = here.map(([, each]) => each.map(read))
    return (rounds[0] ?? []).map((_, round) => Math.max(...rounds.map(each => each[round] ?? NaN)))
  }
  return {
    title: `${port}: strangers at its port, ${seconds} s each, while 150 connections and an echo go on`,
    measures: [
      ...everyone('connections or datagrams a second', '', ({ triesPerS }) => triesPerS),
      ...everyone('resident memory, the most more', 'MiB', ({ peakBytes }) => mib(peakBytes)),
      ...everyone('still there 2 s later', 'MiB', ({ keptBytes }) => mib(keptBytes)),
      ...everyone('event loop late, worst', 'ms', ({ lateMs }) => lateMs),
      ...everyone('bytes back for each byte', '', ({ amplified }) => amplified),
      ...everyone('faults of honest guests', '', ({ wronged }) => wronged),
    ],
    aims: [
      {
        what: `${port}: resident memory, the most more`,
        unit: 'MiB',
        values: worst(each => mib(each.peakBytes)),
        below: spareMiB,
      },
      { what: `${port}: faults of honest guests`, unit: '', values: worst(({ wronged }) => wronged), below: 1 },
    ],
    notes: notes[port] ?? [],
  }
}

const notes: Readonly<Partial<Record<Port, readonly string[]>>> = {
  'tcp-hold': [
    'flood: dials and hangs up; silent: 2,000 that say nothing; slow loris: 2,000 that say a byte in 200 ms and never come to an end; deaf: 200 that ask as fast as they can and take no answer.',
    'Strangers share the two processors with whom they attack.',
  ],
}
