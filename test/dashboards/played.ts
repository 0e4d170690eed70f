import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { agentMetrics } from '../../src/agent/metrics.ts'
import { nodeMetrics } from '../../src/agent/node-metrics.ts'
import type { Readings } from '../../src/outcome/evidence.ts'
import type { Observation } from '../../src/outcome/observation.ts'
import { type Recorder, recorder } from '../../src/record/recorder.ts'
import { currentOf } from '../../src/record/snapshot.ts'
import { scrape } from '../../src/web/scrape.ts'
import { readIncident } from '../lab/seen/incident-files.ts'
import { exampleSource } from '../web-example.ts'

/** What Prometheus is pointed at: each path is one process of a recorded lab run. */
export interface Played extends AsyncDisposable {
  readonly port: number
  readonly paths: readonly string[]
}

type Scraped = (share: number, accept: string) => Promise<{ readonly contentType: string; readonly text: string }>

/**
 * Recorded runs of the lab (`test/incidents`, by their folders), and stories of our own, as their processes would have told
 * them while they happened: within `ms` from the first scrape on all of it goes by.
 */
export async function played(
  folders: readonly string[],
  stories: Record<string, Observation[]>,
  ms: number,
): Promise<Played> {
  const processes = new Map<string, Scraped>(
    Object.entries(stories).map(([name, told]) => [`/story/${name}`, longhold(told, { isReadyAfter: 0.5 })]),
  )
  for (const folder of folders) {
    const { observations } = readIncident(new URL(`../incidents/${folder}`, import.meta.url).pathname)
    for (const [name, told] of Map.groupBy(observations, ({ half, pod }) => `${pod}-${half}`))
      processes.set(`/${folder}/${name}`, longhold(told))
    const told = observations.flatMap(each => (each.type === 'examined' ? [each.evidence['node'] ?? {}] : []))
    if (told.some(readings => Object.keys(readings).length > 0)) processes.set(`/${folder}/agent`, agent(told))
  }
  let began: number | undefined
  const server = createServer((request, response) => {
    began ??= performance.now()
    const tell = processes.get(request.url ?? '')
    const share = Math.min(1, (performance.now() - began) / ms)
    if (tell)
      void tell(share, request.headers.accept ?? '').then(({ contentType, text }) =>
        response.writeHead(200, { 'content-type': contentType }).end(text),
      )
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    paths: [...processes.keys()],
    async [Symbol.asyncDispose]() {
      server.close().closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** A client or a server, as it would answer after this share of what it observed. */
function longhold(told: readonly Observation[], { isReadyAfter = 0 } = {}): Scraped {
  const into: Recorder = recorder()
  const [first, last] = [told[0]?.steady ?? 0, told.at(-1)?.steady ?? 0]
  let next = 0
  let startedAtS = 0
  return async (share, accept) => {
    const until = first + share * (last - first)
    for (let each = told[next]; each && each.steady <= until; each = told[++next]) {
      if (each.type === 'began') startedAtS = each.at / 1000
      into.fold(each)
    }
    const snapshot = currentOf(into.snapshot())
    const source = exampleSource({
      snapshot: () => snapshot,
      ready: () => ({
        ready: share >= isReadyAfter,
        parts: [{ name: 'tcp-hold client', ready: share >= isReadyAfter }],
      }),
      noise: () => ({ loopDelayMs: { p50: 0.2, p99: 2, max: 9 }, ...snapshot.disturbed }),
      journal: () => ({ dir: '/var/lib/longhold', bytes: 4096 + next }),
    })
    return scrape({ snapshot, source, startedAtS }, accept)
  }
}

/** The agent of a node, as it would answer after this share of what it was asked. */
function agent(told: readonly Readings[]): Scraped {
  const sources = [...new Set(told.flatMap(readings => Object.keys(readings)))]
  const metrics = agentMetrics(sources, '0.1.0')
  const tellOfNode = nodeMetrics(metrics.registry)
  let next = 0
  return async share => {
    while (next < Math.ceil(share * told.length)) {
      for (const [source, reading] of Object.entries(told[next] ?? {})) metrics.read(source, 0.01, 'absent' in reading)
      next += 1
    }
    tellOfNode(Object.assign({}, ...told.slice(0, Math.max(1, next))) as Readings)
    return { contentType: metrics.registry.contentType, text: await metrics.registry.metrics() }
  }
}
