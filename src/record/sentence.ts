import type { SurvivalSeries } from './survival.ts'
import { type CohortSeries, isFault, type Snapshot } from './snapshot.ts'
import { titleOf } from './tables/verdicts.ts'
import type { KeptVerdict } from './verdicts.ts'
import { ago, count, span } from './tables/words.ts'
import { keepaliveWord } from '../survival/series.ts'

/**
 * What somebody has to know who reads nothing else: how it stands, and what silences survive. Of what runs now.
 * `named` calls a verdict by its name.
 */
export function sentences(
  snapshot: Snapshot,
  at: number,
  named: (verdict: KeptVerdict) => string = titleOf,
): readonly string[] {
  return [wrong(snapshot, named), held(snapshot, at), asked(snapshot), ...dying(snapshot)].filter(
    each => each !== undefined,
  )
}

/** The verdicts that are open, plans left out. */
function wrong({ verdicts }: Snapshot, named: (verdict: KeptVerdict) => string): string | undefined {
  const open = verdicts.filter(({ state, planned }) => state === 'open' && !planned)
  const [first] = open
  if (!first) return undefined
  const more = open.length - 1
  return `${named(first)}${more === 0 ? '' : `, and ${more} more ${more === 1 ? 'verdict' : 'verdicts'}`}.`
}

function held({ cohorts, probes, run }: Snapshot, at: number): string | undefined {
  const clients = cohorts.filter(({ side, current }) => side === 'client' && current)
  const seen = clients.length > 0 ? clients : cohorts.filter(({ current }) => current)
  const open = sum(seen.map(each => each.open))
  const lost = sum(seen.map(lostOf))
  const last = Math.max(...seen.flatMap(({ lastEnd }) => (lastEnd && isFault(lastEnd) ? [lastEnd.at] : [])))
  if (open === 0 && lost === 0) return seen.length > 0 || probes.length === 0 ? 'No connection is held.' : undefined
  const word = `${count(open)} ${open === 1 ? 'connection' : 'connections'}`
  if (lost === 0) return `All ${word} alive${run ? ` for ${ago(at - run.at)}` : ''}.`
  return `${word} alive; ${count(lost)} lost${last > -Infinity ? `, the last ${ago(at - last)} ago` : ''}.`
}

/** What became of the questions; nothing where no probe asks any. */
function asked({ probes }: Snapshot): string | undefined {
  const current = probes.filter(each => each.current)
  const all = sum(current.map(each => each.asked))
  const unanswered = sum(current.map(({ fates }) => fates.timeout))
  if (current.length === 0) return undefined
  const word = `${count(all)} ${all === 1 ? 'question' : 'questions'}`
  if (all === 0) return 'No question was asked yet.'
  return `${word} asked, ${unanswered === 0 ? 'all answered' : `${count(unanswered)} without an answer`}.`
}

const lostOf = ({ ends }: CohortSeries): number => sum(ends.map(end => (isFault(end) ? end.count : 0)))

/** Of each path that has a timeout: when silences die there, and which keepalive survives. */
function dying({ survival }: Snapshot): readonly string[] {
  return survival.flatMap(series => (series.timeout ? [oneOf(series, series.timeout)] : []))
}

function oneOf({ of, recommended }: SurvivalSeries, { lowMs, highMs }: { lowMs: number; highMs: number }): string {
  const when = lowMs > 0 ? `between ${span(lowMs)} and ${span(highMs)}` : `within ${span(highMs)}`
  const cure = recommended ? `; keepalive idle ${span(recommended.idleS * 1000)} survives` : ''
  return `Silences of path ${of.path} (${of.kind}, ${of.speaker} speaks, keepalive ${keepaliveWord(of.keepalive)}) die ${when}${cure}.`
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
