import type { Clock } from '../clock.ts'
import { type Answer, json, packed, refusal, text } from '../http/answer.ts'
import { survivalJson } from '../record/survival-json.ts'
import { accountStates } from './accounts.ts'
import { connection } from './connection.ts'
import { connectionsJson } from './connections-json.ts'
import { connections, heldStates } from './connections.ts'
import { type Span, spanNames } from '../record/history/spans.ts'
import { explain, explainPath } from './explain.ts'
import { usualLimit } from './listing.ts'
import { history } from './history.ts'
import { node } from './node.ts'
import { page } from './page.ts'
import { pageFiles } from './page-files.ts'
import { choice, field, oneOf, type Parameters, readQuery, type Values, wholeNumber, word } from '../http/query.ts'
import { scrape, wantsOpenMetrics } from './scrape.ts'
import { askingServers } from './sides.ts'
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
    return packed(text(body, contentType))
  })
  const statusNow = kept(clock, () => json(status(source, clock.steady() / 1000)))
  const survivalNow = kept(clock, () => survival(source))
  const historyNow = kept(clock, (span: Span) => history(source, span))
  const pageNow = kept(clock, () => page(source, clock))

  const askServer = askingServers(source, clock)

  return {
    '/': plain(() => pageNow('')),
    '/explain': taking({ verdict: word('the name of a verdict', 63) }, ({ verdict }) => explain(verdict)),
    '/connections': taking({ ...sought, state: choice(...statesOf(source)), ...paging }, values =>
      connections(source, clock, values),
    ),
    '/connection': taking({ id: word('a connection id', 32) }, ({ id }) =>
      id === undefined
        ? refusal(400, 'id: expected a connection id: /connections lists all')
        : connection(id, source, clock, askServer),
    ),
    '/node': plain(() => node(source, clock)),
    ...Object.fromEntries(Object.entries(pageFiles).map(([path, answer]) => [path, plain(() => answer)])),
    '/metrics': plain(({ accept }) => metrics(wantsOpenMetrics(accept) ? 'application/openmetrics-text' : '')),
    '/healthz': plain(() => text('ok\n')),
    '/readyz': plain(() => readiness(source)),
    '/api/status': plain(() => statusNow('')),
    '/api/verdicts': taking({ state: oneOf('open', 'closed') }, ({ state }) => verdicts(source, state)),
    '/api/history': taking({ span: oneOf(...spanNames) }, ({ span = 'hour' }) => historyNow(span)),
    '/api/survival': plain(() => survivalNow('')),
    '/api/connections': taking({ filter: sought.filter, cohort: word('the name of a cohort', 63), ...paging }, values =>
      connectionsJson(source, values),
    ),
    '/api/ledger': taking({ id: word('a connection id', 32), ...paging }, values =>
      ledger(source, clock.now(), values),
    ),
  }
}

const paging = { offset: wholeNumber(0, 0, 1_000_000_000), limit: wholeNumber(usualLimit, 1, maxRows) }
const sought = { filter: field('words', 200), cohort: field('the name of a cohort', 63) }

const statesOf = ({ command }: WebSource) => (command === 'server' ? accountStates : heldStates)

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
function kept<T, Key extends string>(clock: Clock, make: (key: Key) => T): (key: Key) => T {
  const made = new Map<Key, { readonly at: number; readonly answer: T }>()
  return key => {
    const last = made.get(key)
    if (last && clock.steady() - last.at < keptMs) return last.answer
    const answer = make(key)
    made.set(key, { at: clock.steady(), answer })
    return answer
  }
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

/** By kind, path, speaker and keepalive: curve, timeout, what it was before, and the keepalive that survives. */
function survival(source: WebSource): Answer {
  const { at, survival } = source.snapshot()
  return json({ atMs: at, survival: survival.map(survivalJson) })
}

/**
 * Every answer of a ledger says who answers, and what its clock shows, with which nobody else's has to agree: an account that
 * is unknown to a restarted server proves nothing about the connection.
 */
function ledger(
  { ledger, command, identity }: WebSource,
  atMs: number,
  { id, offset, limit }: { id: string | undefined; offset: number; limit: number },
): Answer {
  if (!ledger) return refusal(404, `longhold ${command} keeps no ledger: ask the server`)
  if (id === undefined) return json({ server: identity, atMs, offset, limit, ...ledger.page(offset, limit) })
  const account = ledger.find(id)
  if (account) return json({ server: identity, atMs, ...account })
  const error = `no account of ${JSON.stringify(id)}: it never came, or its ending is forgotten`
  return refusal(404, error, { server: identity })
}
