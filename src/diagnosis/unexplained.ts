import { type Case, type Death, isTrusted, type Question, seriesName, type Symptom } from './case.ts'
import type { Found } from './weigh.ts'

/** So long a symptom waits for an explanation, ms: what explains it may be a moment behind. */
const patienceMs = 5000
/** One lost datagram in many is the network's right; a verdict takes this many questions of a series, or one connection. */
const leastMisses = 3

/** What no rule explains is said to be so, with what was seen. */
export function unexplained(of: Case, isExplained: (symptom: Symptom) => boolean): readonly Found[] {
  const waiting = (symptom: Symptom) => !isExplained(symptom) && isTrusted(symptom) && of.at - symptom.at >= patienceMs
  const misses = of.misses.filter(waiting)
  const explains: (Death | Question)[] = [
    ...of.deaths.filter(waiting),
    ...misses.filter(each => misses.filter(other => seriesName(other) === seriesName(each)).length >= leastMisses),
  ]
  if (explains.length === 0) return []
  const seen = [...counted(explains)]
  return [
    {
      rule: { name: 'unexplained', family: 'unexplained' },
      finding: {
        says: `${explains.length} faults fit none of the known mechanisms: ${seen.map(([what, n]) => `${n} × ${what}`).join(', ')}.`,
        explains,
        of: explains.length,
        confidence: { level: 'possible', because: 'no rule explains them' },
        evidence: seen.map(([what, n]) => ({
          source: 'client',
          at: explains.findLast(each => wordsOf(each) === what)?.at ?? of.at,
          says: `${n} × ${what}`,
        })),
        ruledOut: [],
        missing: [],
        remedy: ['# Nothing is recommended on a guess: report what was seen, with the journal (longhold report).'],
      },
    },
  ]
}

function counted(symptoms: readonly (Death | Question)[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const each of symptoms) counts.set(wordsOf(each), (counts.get(wordsOf(each)) ?? 0) + 1)
  return counts
}

const wordsOf = (symptom: Death | Question): string =>
  `${seriesName(symptom)}: ${symptom.fate} (${symptom.phase}${symptom.code ? `, ${symptom.code}` : ''})`
