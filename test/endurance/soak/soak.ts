import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { seeded } from '../../../src/stats/distribution/random.ts'
import { subject } from '../../bench/subject.ts'
import { settle } from '../../lab/sandbox.ts'
import { type Fault, faults, type Stage } from './faults.ts'
import { type Sample, leaks } from './leaks.ts'
import type { Report, Told } from './report.ts'
import { type Server, startServer, starveServer } from './server.ts'

// In a sandbox of the lab: a client with many connections to three servers, directly and through a Service, while one fault follows the
// other: each at least once. Arguments: minutes, connections, seed. Progress goes to stderr; prints what became of it as one line of JSON.

/** What a soak came to. */
export interface Soaked {
  readonly minutes: number
  readonly connections: number
  readonly seed: number
  /** How often each was there. */
  readonly faults: Readonly<Record<string, number>>
  readonly opened: number
  readonly ended: number
  readonly asked: number
  readonly observations: number
  readonly verdicts: Readonly<Record<string, number>>
  readonly samples: readonly Sample[]
  readonly flaws: readonly string[]
}

const [minutes = 2, connections = 600, seed = 1] = process.argv.slice(2).map(Number)
const random = seeded(seed)
const service = '10.96.0.7'
const places = ['10.244.0.11', '10.244.0.12', '10.244.0.13'] as const
const disk = '/run/disk'
const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
/** So long after a fault is over verdicts may still be told of it, s; so long everything may take to be well again. */
const patienceS = 120
const calmS = 12
/** True whenever it is told: the machine is shared, with three servers and with whoever else is on it. */
const always = ['starved']

await settle()
mkdirSync(disk)
await run('mount', '-t', 'tmpfs', '-o', 'size=24m', 'disk', disk)
for (const place of [service, ...places]) await run('ip', 'address', 'add', `${place}/32`, 'dev', 'lo')
await run('nft', 'add table ip nat; add chain ip nat services { type nat hook output priority -100; }')
// With the last rule that needs it the kernel stops tracking connections altogether, and so translates none any more: a node has others.
await run('nft', 'add chain ip nat others { type nat hook postrouting priority 100; }')
await run('nft', 'add rule ip nat others ip daddr 192.0.2.1 masquerade')
await rules(true)
const running = new Map<string, Server>()
await Promise.all(places.map(start))
const client = subject(
  process.execPath,
  '--expose-gc',
  fileURLToPath(new URL('client.ts', import.meta.url)),
  JSON.stringify(configuration()),
)
const tell = (line: string) => client.ask<Report>(line)
const stage: Stage = {
  servers: places,
  run,
  tell,
  clientPid: client.pid,
  start,
  starve: starveServer,
  rules,
  disk,
  random,
  stop: async place => running.get(place)?.stop(),
  kill: async place => running.get(place)?.kill(),
}

const flaws: string[] = []
const samples: Sample[] = []
const told: Told[] = []
const past: { readonly fault: Fault; readonly over: number }[] = []
const began = performance.now()
const counts: Record<string, number> = {}

await untilWell('at the start')
for (let turn = 0; turn < faults.length || performance.now() - began < minutes * 60_000; turn++) {
  const fault = faults[turn % faults.length]
  if (!fault) break
  counts[fault.name] = (counts[fault.name] ?? 0) + 1
  past.push({ fault, over: Infinity })
  await fault.work(stage)
  past.splice(-1, 1, { fault, over: performance.now() })
  const sample = await untilWell(`after "${fault.name}"`)
  if (sample) samples.push(sample)
  progress(fault.name, sample)
}
flaws.push(...leaks(samples), ...(await unlikeLedgers()))
const last = await tell('stop')
if (last.open > 0) flaws.push(`${last.open} connections are open after it stopped`)
flaws.push(...last.flaws)
client[Symbol.dispose]()
await Promise.all([...running.values()].map(server => server.stop()))
const result: Soaked = {
  minutes,
  connections,
  seed,
  faults: counts,
  opened: last.opened,
  ended: last.ended,
  asked: last.asked,
  observations: last.observations,
  verdicts: Object.fromEntries(
    [
      ...Map.groupBy(
        told.filter(({ planned }) => !planned),
        ({ name }) => name,
      ),
    ].map(([name, all]) => [name, new Set(all.map(({ id }) => id)).size]),
  ),
  samples,
  flaws,
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))

/** All connections are open again, and the journal is written; then it is left alone for a while. Resolves to how it is then. */
async function untilWell(when: string): Promise<Sample | undefined> {
  const end = performance.now() + patienceS * 1000
  for (;;) {
    const { open, journalStopped } = hear(await tell('report'))
    if (open === connections && !journalStopped) break
    if (performance.now() > end) {
      flaws.push(
        `${when}: ${open} of ${connections} are open after ${patienceS} s${journalStopped ? ', and the journal stands still' : ''}`,
      )
      return undefined
    }
    await sleep(500)
  }
  await sleep(calmS * 1000)
  const report = hear(await tell('report'))
  if (report.opened - report.ended !== report.open)
    flaws.push(`${when}: ${report.opened} opened, ${report.ended} ended, ${report.open} open`)
  const { heapBytes, residentBytes, files, timers } = report
  return { minute: (performance.now() - began) / 60_000, heapBytes, residentBytes, files, timers }
}

/** Takes note of its verdicts: those that no fault of the last minutes may have brought about are wrong. */
function hear(report: Report): Report {
  for (const verdict of report.verdicts) {
    told.push(verdict)
    if (verdict.planned || verdict.state !== 'open') continue
    const recent = past.filter(({ over }) => over > performance.now() - patienceS * 1000)
    if (recent.some(({ fault }) => [...fault.may, ...always].includes(verdict.name))) continue
    process.stderr.write(`${JSON.stringify(verdict, null, 1)}\n`)
    flaws.push(
      `${verdict.name} was told, after ${recent.map(({ fault }) => fault.name).join(', ') || 'nothing'}: ${verdict.says}`,
    )
  }
  return report
}

/** The servers know the same connections as the client, once they have given up those whose client said nothing for too long. */
async function unlikeLedgers(): Promise<string[]> {
  const end = performance.now() + patienceS * 1000
  for (;;) {
    const ours = new Set(await client.ask<string[]>('ids'))
    const theirs = (await Promise.all([...running.values()].map(server => server.open()))).flat()
    const unknown = theirs.filter(id => !ours.delete(id)).length
    if (unknown + ours.size === 0) return []
    if (performance.now() > end)
      return [
        `${unknown} connections are open on a server and not on the client, ${ours.size} on the client and on no server`,
      ]
    await sleep(1000)
  }
}

async function start(place: string): Promise<void> {
  running.set(place, await startServer(place))
}

async function rules(there: boolean): Promise<void> {
  await run('nft', 'flush chain ip nat services')
  if (!there) return
  const map = places.map((place, i) => `${i} : ${place}`).join(', ')
  for (const proto of ['tcp', 'udp'])
    await run(
      'nft',
      `add rule ip nat services ip daddr ${service} meta l4proto ${proto} dnat to numgen random mod ${places.length} map { ${map} }`,
    )
}

async function run(command: string, ...words: readonly string[]): Promise<void> {
  await promisify(execFile)(command, words)
}

function configuration(): object {
  const usual = { idle: '15s', deadline: '2s', spread: '10s', reconnect: { base: '500ms', cap: '5s' } }
  const part = (share: number) => Math.round(connections * share)
  const pods = part(0.4)
  const http = part(0.1)
  const through = connections - pods - http
  return {
    web: { listen: '127.0.0.1:8081' },
    journal: { dir: `${disk}/journal`, maxBytes: '4MiB' },
    evidence: { every: '5s', deadline: '5s', agent: 'own' },
    probes: [
      { kind: 'tcp-hold', name: 'service', to: `${service}:7000`, connections: through, speaker: 'both', ...usual },
      {
        kind: 'tcp-hold',
        name: 'pods',
        path: 'pod',
        to: places.map(place => `${place}:7000`),
        connections: pods,
        ...usual,
      },
      { kind: 'http-hold', name: 'http', to: `${service}:7001`, connections: http, ...usual },
      { kind: 'udp-echo', name: 'echo', to: `${service}:7000`, every: '100ms', timeout: '2s' },
    ],
  }
}

function progress(after: string, sample: Sample | undefined): void {
  const now = sample
    ? `heap ${mib(sample.heapBytes)} MiB, resident ${mib(sample.residentBytes)} MiB, ${sample.files} files`
    : 'not well'
  process.stderr.write(
    `[${((performance.now() - began) / 60_000).toFixed(1)} min] ${after}: ${now}; ${flaws.length} flaws\n`,
  )
}
