import type { Log } from '../log.ts'
import type { Sink } from '../outcome/observation.ts'
import type { Verdict } from '../outcome/verdict.ts'
import { span } from '../record/tables/words.ts'
import { isLoud, verdictNews } from '../record/verdict-news.ts'

/** Logs a sentence when a verdict opens (`warn`) and when it closes; what it learns in between is not told again. Planned ones are `info`. */
export const verdictLines = (log: Log): Sink =>
  verdictNews(verdict => log[isLoud(verdict) ? 'warn' : 'info'](fieldsOf(verdict), sentenceOf(verdict)))

/** The sentence about it, in whatever state it is. */
function sentenceOf({ id, name, says, state, supersededBy, since, lastAt }: Verdict): string {
  if (state === 'open') return `verdict ${name}: ${says}`
  if (supersededBy !== undefined) return `verdict ${id} is superseded: ${supersededBy} explains the same better`
  return `verdict ${id} is closed: the symptom is gone, after ${span(lastAt - since)}`
}

const fieldsOf = (verdict: Verdict): object => {
  const { id, name, variant, family, planned, state, since, count, of, series, confidence, remedy } = verdict
  return {
    verdict: id,
    name,
    ...(variant !== undefined && { variant }),
    family,
    planned,
    state,
    since,
    count,
    of,
    series,
    confidence: confidence.level,
    ...(state === 'open' && remedy.length > 0 && { remedy }),
    ...(state === 'open' && { page: `longhold explain ${name}` }),
  }
}
