import { readFileSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import type { ConnectionRow } from '../probes/kind.ts'
import { type Answer, json, refusal, text } from '../http/answer.ts'
import { explain, explainPath } from './explain.ts'
import { page } from './page.ts'
import { oneOf, type Parameters, readQuery, type Values, wholeNumber, word } from '../http/query.ts'
import { scrape, wantsOpenMetrics } from './scrape.ts'
import type { WebSource } from './source.ts'
import { status } from './status.ts'

export interface Question {
  readonly query: URLSearchParams
  /** The request's Accept header. */
  readonly accept: string
}
export type Route = (question: Question) => Answer | Promise<Answer>

/** The stream is the one route that does not answer and be done: the server hands it the response. */
export const eventsPath = '/api/events'
/** Most rows in one page of connections or accounts. */
const maxRows = 1000

/** Every route but the stream of events, by path. */
export function routes(source: WebSource, clock: Clock): Readonly<Record<string, Route>> {
  const startedAtS = (clock.now() - clock.steady()) / 1000
  const now = () => ({ snapshot: source.snapshot(), source, startedAtS })
  const metrics = kept(clock, async (accept: string) => {
    const { text: body, contentType } = await scrape(now(), accept)
    return text(body, contentType)
  })
  const statusNow = kept(clock, () => json(status(source, clock.steady() / 1000)))
  const pageNow = kept(clock, () => page(source, clock))

  return {
    '/': plain(() => pageNow('')),
    '/explain': taking({ verdict: word('the name of a verdict', 63) }, ({ verdict }) => explain(verdict)),
    '/page.css': plain(file('page.css', 'text/css; charset=utf-8')),
    '/page.js': plain(file('page.js', 'text/javascript; charset=utf-8')),
    '/metrics': plain(({ accept }) => metrics(wantsOpenMetrics(accept) ? 'application/openmetrics-text' : '')),
    '/healthz': plain(() => text('ok\n')),
    '/readyz': plain(() => readiness(source)),
    '/api/status': plain(() => statusNow('')),
    '/api/verdicts': taking({ state: oneOf('open', 'closed') }, ({ state }) => verdicts(source, state)),
    '/api/connections': taking({ cohort: word('the name of a cohort', 63), ...paging }, values =>
      connections(source.connections(), values),
    ),
    '/api/ledger': taking({ id: word('a connection id', 32), ...paging }, values => ledger(source, values)),
  }
}

const paging = { offset: wholeNumber(0, 0, 1_000_000_000), limit: wholeNumber(100, 1, maxRows) }

/** A route whose query is checked: one that takes no parameters takes none. */
function taking<P extends Parameters>(
  parameters: P,
  answer: (values: Values<P>, question: Question) => Answer | Promise<Answer>,
): Route {
  return question => {
    const read = readQuery(question.query, parameters)
    return 'mistakes' in read ? refusal(400, read.mistakes.join('; ')) : answer(read.values, question)
  }
}

const plain = (answer: Route): Route => taking({}, (_, question) => answer(question))

/** Long enough that a flood of requests cannot keep us rendering, too short for a person or a scraper to notice. */
const keptMs = 200

/** Makes an answer at most every `keptMs` for each key: they share its bytes, however many ask. Keys are a closed set. */
function kept<T>(clock: Clock, make: (key: string) => T): (key: string) => T {
  const made = new Map<string, { readonly at: number; readonly answer: T }>()
  return key => {
    const last = made.get(key)
    if (last && clock.steady() - last.at < keptMs) return last.answer
    const answer = make(key)
    made.set(key, { at: clock.steady(), answer })
    return answer
  }
}

function file(name: string, contentType: string): () => Answer {
  const answer = text(readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8'), contentType)
  return () => answer
}

function readiness(source: WebSource): Answer {
  const { ready, parts } = source.ready()
  const waiting = parts.filter(part => !part.ready).map(({ name }) => name)
  return json({ ready, waiting, parts }, ready ? 200 : 503)
}

/** Open ones first. `page` is where each is explained, on this very server. */
function verdicts(source: WebSource, state: 'open' | 'closed' | undefined): Answer {
  const { at, verdicts: all, verdictCounts: counts } = source.snapshot()
  const asked = all.filter(verdict => state === undefined || verdict.state === state)
  return json({ atMs: at, verdicts: asked.map(verdict => ({ ...verdict, page: explainPath(verdict.name) })), counts })
}

/** One page. Rows are made as they are taken, so that page one of 20,000 costs one page. */
function connections(
  rows: Iterable<ConnectionRow>,
  { cohort, offset, limit }: { cohort: string | undefined; offset: number; limit: number },
): Answer {
  const found: ConnectionRow[] = []
  let before = offset
  for (const row of rows) {
    if (cohort !== undefined && row.cohort !== cohort) continue
    if (before-- > 0) continue
    if (found.length === limit) return json({ offset, limit, more: true, connections: found })
    found.push(row)
  }
  return json({ offset, limit, more: false, connections: found })
}

/** Every answer of a ledger says who answers: an account that is unknown to a restarted server proves nothing about the connection. */
function ledger(
  { ledger, command, identity }: WebSource,
  { id, offset, limit }: { id: string | undefined; offset: number; limit: number },
): Answer {
  if (!ledger) return refusal(404, `longhold ${command} keeps no ledger: ask the server`)
  if (id === undefined) return json({ server: identity, offset, limit, ...ledger.page(offset, limit) })
  const account = ledger.find(id)
  if (account) return json({ server: identity, ...account })
  const error = `no account of ${JSON.stringify(id)}: it never came, or its ending is forgotten`
  return refusal(404, error, { server: identity })
}
