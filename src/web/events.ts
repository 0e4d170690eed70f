import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Observation } from '../outcome/observation.ts'
import { snapshotJson } from '../record/json.ts'
import { isFault } from '../record/snapshot.ts'
import type { WebSource } from './source.ts'

/** Server-sent events (WHATWG HTML, 9.2): `observation`, `skipped` and `summary`. */
export interface EventStream {
  /** Sends events over `response` until it closes. False when there are `maxClients` already. */
  join(response: ServerResponse): boolean
  readonly clients: number
  close(): void
}

export const maxClients = 32
/** Bytes a client may be behind before it is dropped: it can come again, our memory cannot. */
export const maxBehind = 512 * 1024
/** Observations sent at once. A fleet that opens at start tells thousands: the rest is counted in `skipped`. */
const maxBatch = 200
const batchMs = 100
const summaryMs = 2000

export function eventStream(source: WebSource, clock: Clock): EventStream {
  const clients = new Set<ServerResponse>()
  let batch: string[] = []
  let skipped = 0
  let stop: (() => void) | undefined

  function start(): () => void {
    const unsubscribe = source.subscribe(collect)
    let cancelBatch = clock.alarm(batchMs, sendBatch)
    let cancelSummary = clock.alarm(summaryMs, sendSummary)
    function sendBatch() {
      cancelBatch = clock.alarm(batchMs, sendBatch)
      if (skipped > 0) batch.push(event('skipped', { observations: skipped }))
      if (batch.length > 0) send(batch.join(''))
      batch = []
      skipped = 0
    }
    function sendSummary() {
      cancelSummary = clock.alarm(summaryMs, sendSummary)
      send(summary())
    }
    return () => {
      unsubscribe()
      cancelBatch()
      cancelSummary()
      batch = []
      skipped = 0
    }
  }

  function summary(): string {
    const { faults: _, verdicts, survival, ...rest } = snapshotJson(source.snapshot()) // each was an observation already
    const open = verdicts.filter(({ state }) => state === 'open')
    return event('summary', { ...rest, survival: survival.map(withoutCurve), verdicts: open })
  }

  function collect(observation: Observation): void {
    if (!isNews(observation)) return
    if (batch.length < maxBatch) batch.push(event('observation', observation))
    else skipped += 1
  }

  function send(frames: string): void {
    const bytes = Buffer.from(frames) // one copy for all clients
    for (const client of clients) {
      // Asked before: one summary of a thousand cohorts is larger than that.
      if (client.writableLength > maxBehind) client.destroy()
      else client.write(bytes)
    }
  }

  function leave(client: ServerResponse): void {
    if (!clients.delete(client) || clients.size > 0) return
    stop?.()
    stop = undefined
  }

  return {
    join(response) {
      if (clients.size >= maxClients) return false
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write(`retry: 3000\n\n${summary()}`)
      clients.add(response)
      response.once('close', () => leave(response))
      stop ??= start()
      return true
    },
    get clients() {
      return clients.size
    },
    close() {
      for (const client of clients) client.end()
    },
  }
}

/** Curves are at `/api/survival`. */
function withoutCurve(series: ReturnType<typeof snapshotJson>['survival'][number]) {
  const { curve: _, ...rest } = series
  return rest
}

/** A frame. JSON has no raw line break, so nothing a stranger named can end it early. */
const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** Beginnings, ends and faults. What goes well is in the summary. */
const isNews = (observation: Observation): boolean =>
  news[observation.type] && (observation.type !== 'asked' || isFault({ fate: observation.fate, planned: false }))

const news: Readonly<Record<Observation['type'], boolean>> = {
  began: true,
  declared: false,
  retired: false,
  examined: false,
  judged: true,
  opened: true,
  ended: true,
  asked: true,
  'options-set': true,
  disturbed: true,
  exchanged: false,
  swept: false,
  strayed: false,
  rejected: false,
}
