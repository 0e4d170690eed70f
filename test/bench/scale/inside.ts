import { setTimeout as sleep } from 'node:timers/promises'
import type { Demand } from '../../scale/demand.ts'
import { demandOf } from '../../scale/demand.ts'
import { read } from '../../scale/configuration.ts'
import { finished, longhold, type Report, type Subject, until } from '../subject.ts'
import { count, type Counted, entries, prepare, slabBytes } from './kernel.ts'
import { type Crowd, clientConfig, serverConfig } from '../../scale/crowd.ts'

// One server and its clients, alone in a network namespace, so that what the kernel counts is theirs:
//
//     unshare --net node inside.ts CROWD
//
// Prints one line of JSON.

/** What was seen of a crowd, next to what it asks for by its configuration. */
export interface Seen {
  readonly demand: Demand
  readonly windowS: number
  readonly exchanges: number
  readonly counted: Counted
  readonly conntrackEntries: number
  readonly slabBytes: number
  readonly server: Process
  /** The mean of the client processes. */
  readonly client: Process
}

export interface Process {
  readonly residentBytes: number
  readonly cpuShare: number
  readonly loopP99Ms: number
  readonly series: number
}

const crowd = JSON.parse(process.argv[2] ?? '') as Crowd // bench/scale.ts wrote it
await finished('ip', ['link', 'set', 'lo', 'up'])
await prepare()
const slabBefore = slabBytes()
using server = longhold('server', serverConfig)
const [hold = '', http = '', echo = '', dns = ''] = await server.ask<string[]>('listens')
const serverWeb = (await server.ask<string[]>('listens')).at(-1)
const config = clientConfig(crowd, { hold, http, echo, dns })
const demand = demandOf(read('client', JSON.stringify(config)))
using stack = new DisposableStack()
const clients = Array.from({ length: crowd.processes }, () => stack.use(longhold('client', config)))
const wanted = demand.connections * crowd.processes
const sum = (all: readonly Report[], of: (report: Report) => number) => all.reduce((total, each) => total + of(each), 0)
const reports = () => Promise.all(clients.map(each => each.ask('report')))
await until(reports, all => sum(all, ({ open }) => open) === wanted, {
  withinMs: crowd.spreadMs + 60_000,
  missing: `${wanted} connections did not open`,
})
await sleep(crowd.settleMs)

for (const each of [server, ...clients]) await each.ask('watch loop')
const [first, from, beganAt] = [await reports(), await count(), performance.now()]
const serverFirst = await server.ask('report')
await sleep(crowd.windowMs)
const [last, to, endedAt] = [await reports(), await count(), performance.now()]
const serverLast = await server.ask('report')
if (sum(last, ({ open }) => open) !== wanted || sum(last, ({ ends = 0 }) => ends) > 0)
  throw new Error(`${sum(last, ({ open }) => open)} of ${wanted} open, ${sum(last, ({ ends = 0 }) => ends)} ended`)
const windowS = (endedAt - beganAt) / 1000
const conntrackEntries = entries()

const cpuShare = (after: Report, before: Report) =>
  (after.userUs + after.systemUs - before.userUs - before.systemUs) / 1e6 / windowS
async function seen(
  subject: Subject,
  web: string | undefined,
  [before, after]: readonly [Report, Report],
): Promise<Process> {
  const { p99Ms } = await subject.ask<{ p99Ms: number }>('loop')
  const residentBytes = subject.residentBytes()
  const text = web ? await (await fetch(`http://${web}/metrics`)).text() : ''
  const series = text.split('\n').filter(line => line !== '' && !line.startsWith('#')).length
  return { residentBytes, cpuShare: cpuShare(after, before), loopP99Ms: p99Ms, series }
}
const each: Process[] = []
for (const [index, client] of clients.entries()) {
  const [web] = (await client.ask<string[]>('listens')).slice(-1)
  const [a, b] = [first[index], last[index]]
  if (a && b) each.push(await seen(client, web, [a, b]))
}
const mean = (of: (process: Process) => number) => each.reduce((all, process) => all + of(process), 0) / each.length
const found: Seen = {
  demand,
  windowS,
  exchanges: sum(last, r => r.exchanges) - sum(first, r => r.exchanges),
  counted: {
    tcpPackets: to.tcpPackets - from.tcpPackets,
    tcpBytes: to.tcpBytes - from.tcpBytes,
    udpPackets: to.udpPackets - from.udpPackets,
    udpBytes: to.udpBytes - from.udpBytes,
  },
  conntrackEntries,
  slabBytes: slabBytes() - slabBefore,
  server: await seen(server, serverWeb, [serverFirst, serverLast]),
  client: {
    residentBytes: mean(p => p.residentBytes),
    cpuShare: mean(p => p.cpuShare),
    loopP99Ms: mean(p => p.loopP99Ms),
    series: mean(p => p.series),
  },
}
process.stdout.write(`${JSON.stringify(found)}\n`)
