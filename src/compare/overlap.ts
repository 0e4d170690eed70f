import { Problem } from '../outcome/problem.ts'
import { moment } from '../record/tables/words.ts'
import type { Gathered } from './gather.ts'
import { seriesKey } from './silences.ts'

/** Two pools of one journal that share connections would be compared with themselves: Problem. */
export function refuseOverlap(a: Gathered, b: Gathered): void {
  const [from, to] = [Math.max(a.fromMs, b.fromMs), Math.min(a.toMs, b.toMs)]
  const ofA = new Set(a.series.map(seriesKey))
  const both = b.series.filter(series => ofA.has(seriesKey(series)))
  if (from >= to || both.length === 0) return
  const names = [...new Set(both.map(({ cohort }) => cohort))].slice(0, 5).join(', ')
  throw new Problem(
    `A and B overlap: both have ${names} from ${moment(from)} to ${moment(to)}: choose other times (DIR@FROM/TO) or other cohorts (DIR:cohort=NAME, DIR:cohort!=NAME)`,
    2,
  )
}
