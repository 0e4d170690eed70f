import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startNsd } from '../../dns/nsd.ts'
import type { Benchmark, Effort, Say } from '../benchmark.ts'
import { type Finding, type Measure, percentile, ratios } from '../measure.ts'
import { type Answered, finished, longhold } from '../subject.ts'
import { capture } from '../wire/capture.ts'
import { startBlackbox } from './blackbox.ts'
import { type Compared, compared, exchanges } from './compared.ts'
import { type Cost, cost, costFinding } from './cost.ts'

export const dns: Benchmark = {
  name: 'dns',
  summary:
    'DNS latency as longhold, blackbox_exporter and dnsperf tell it, against a packet capture of the same answers; CPU per question',
  needs: {
    nsd: 'nsd',
    dnsperf: 'dnsperf',
    'prometheus-blackbox-exporter': 'prometheus-blackbox-exporter',
    tcpdump: 'tcpdump',
  },
  run,
}

const modes = ['fresh', 'pinned'] as const
/** Work of somebody else in longhold's event loop, ms of every ms. */
const busy = ['5', '20'] as const
const subjects = [...modes, 'fresh, loop busy', 'pinned, loop busy', 'blackbox_exporter', 'dnsperf'] as const
type Subject = (typeof subjects)[number]
type Took = Readonly<Partial<Record<Subject, Compared[]>>>

/** Questions a second, whoever asks. */
const rate = 100

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  const seconds = quick ? 4 : 20
  const dir = mkdtempSync(join(tmpdir(), 'longhold-bench-'))
  try {
    await using server = await startNsd()
    const port = Number(server.at.split(':').at(-1))
    const took: Took[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`dns: round ${round}, longhold`)
      const idle = await asksLonghold(port, seconds)
      say(`dns: round ${round}, longhold with a busy event loop`)
      const [fresh, pinned] = await asksLonghold(port, seconds, ...busy)
      say(`dns: round ${round}, blackbox_exporter`)
      const blackbox = await asksBlackbox(port, seconds, dir)
      say(`dns: round ${round}, dnsperf`)
      const dnsperf = await asksDnsperf(port, seconds, dir)
      took.push({
        fresh: idle[0],
        pinned: idle[1],
        'fresh, loop busy': fresh,
        'pinned, loop busy': pinned,
        blackbox_exporter: blackbox,
        dnsperf,
      })
    }
    const costs: Cost[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`dns: round ${round}, CPU`)
      costs.push(await cost(port, seconds, dir))
    }
    return [finding(took, seconds), costFinding(costs, seconds)]
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** A probe asks ten names a second at most, so it takes ten of them; each has names of its own. */
async function asksLonghold(port: number, seconds: number, ...load: string[]): Promise<[Compared[], Compared[]]> {
  const probes = Array.from({ length: rate / 10 }, (_, index) => ({
    kind: 'dns',
    name: `p${index}`,
    servers: [`127.0.0.1:${port}`],
    names: Array.from({ length: 32 }, (_, name) => `${modes[index % 2]}-p${index}-n${name}.bench.example.test`),
    ports: [modes[index % 2]],
    every: '100ms',
  }))
  using client = longhold('client', { probes }, ...load)
  await client.ask('report')
  await sleep(2000) // the code is compiled
  await client.ask('answers')
  using tcpdump = await capture(`udp port ${port}`)
  await sleep(seconds * 1000)
  const answers = await client.ask<Answered[]>('answers')
  const wire = exchanges(await tcpdump.packets(), port)
  const recorded = answers.map(({ question, at, tookUs }) => ({ name: question.split(' ')[0] ?? '', at, tookUs }))
  const of = (mode: string) =>
    compared(
      recorded.filter(({ name }) => name.startsWith(mode)),
      wire,
    )
  return [enough('longhold fresh', of('fresh'), seconds / 2), enough('longhold pinned', of('pinned'), seconds / 2)]
}

async function asksDnsperf(port: number, seconds: number, dir: string): Promise<Compared[]> {
  const questions = join(dir, 'questions')
  const names = Array.from({ length: rate * seconds }, (_, index) => `q${index}.bench.example.test`)
  writeFileSync(questions, names.map(name => `${name} A\n`).join(''))
  using tcpdump = await capture(`udp port ${port}`)
  const words = ['-s', '127.0.0.1', '-p', `${port}`, '-d', questions, '-n', '1', '-Q', `${rate}`, '-e', '-v']
  const said = await finished('dnsperf', words)
  const wire = exchanges(await tcpdump.packets(), port)
  const recorded = [...said.matchAll(/^> NOERROR (\S+) A ([\d.]+)$/gm)].map(([, name = '', took]) => ({
    name,
    tookUs: Number(took) * 1e6,
  }))
  return enough('dnsperf', compared(recorded, wire), seconds)
}

/** One question for each scrape, as Prometheus has it ask; they say no port, so the nearest one on the wire is theirs. */
async function asksBlackbox(port: number, seconds: number, dir: string): Promise<Compared[]> {
  const config = join(dir, 'blackbox.yml')
  const name = 'blackbox.bench.example.test'
  const dns = { query_name: name, query_type: 'A', transport_protocol: 'udp', preferred_ip_protocol: 'ip4' }
  writeFileSync(config, JSON.stringify({ modules: { dns: { prober: 'dns', timeout: '5s', dns } } }))
  await using exporter = await startBlackbox(config)
  using tcpdump = await capture(`udp port ${port}`)
  const recorded: { name: string; at: number; tookUs: number }[] = []
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(1000 / rate)) {
    const text = await (await fetch(`http://${exporter.at}/probe?module=dns&target=127.0.0.1:${port}`)).text()
    const at = Date.now()
    const took = /^probe_dns_duration_seconds\{phase="request"\} (\S+)$/m.exec(text)?.[1]
    recorded.push({ name, at, tookUs: Number(took) * 1e6 })
  }
  return enough('blackbox_exporter', compared(recorded, exchanges(await tcpdump.packets(), port)), seconds / 2)
}

/** A percentile of a handful would be chance. */
function enough(who: string, found: Compared[], seconds: number): Compared[] {
  if (found.length < rate * seconds * 0.8)
    throw new Error(`${who}: ${found.length} latencies found on the wire, expected about ${rate * seconds}`)
  return found
}

function finding(took: readonly Took[], seconds: number): Finding {
  const everyone = (what: string, read: (all: readonly Compared[]) => number): Measure[] =>
    subjects.map(of => ({ what, unit: 'us', of, values: took.map(round => read(round[of] ?? [])) }))
  const ours = (percent: number) => took.map(({ fresh = [], pinned = [] }) => error(percent)([...fresh, ...pinned]))
  const theirs = (peer: Subject) => took.map(round => error(50)(round[peer] ?? []))
  return {
    title: `${rate} DNS questions a second for ${seconds} s to NSD on loopback: recorded latency against tcpdump's`,
    measures: [
      ...everyone('on the wire, p50', all =>
        percentile(
          all.map(({ wireUs }) => wireUs),
          50,
        ),
      ),
      ...everyone('recorded, p50', all =>
        percentile(
          all.map(({ recordedUs }) => recordedUs),
          50,
        ),
      ),
      ...everyone('error, p50', error(50)),
      ...everyone('error, p90', error(90)),
      ...everyone('error, p99', error(99)),
      ...everyone('error, worst', error(100)),
    ],
    aims: [
      { what: 'DNS latency error p50', unit: 'us', values: ours(50), below: 25 },
      { what: 'DNS latency error p99', unit: 'us', values: ours(99), below: 100 },
      ...(['blackbox_exporter', 'dnsperf'] as const).map(peer => ({
        what: `DNS latency error p50, times that of ${peer}`,
        unit: '',
        values: ratios(ours(50), theirs(peer)),
        below: 1,
      })),
    ],
    notes: [
      `The error is the distance of each recorded latency from that of the same question on the wire.`,
      `A busy loop computes ${busy[0]} ms of every ${busy[1]} ms in the very event loop that asks.`,
    ],
  }
}

const error = (percent: number) => (all: readonly Compared[]) =>
  percentile(
    all.map(({ recordedUs, wireUs }) => Math.abs(recordedUs - wireUs)),
    percent,
  )
