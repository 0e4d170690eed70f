import { wilson } from '../stats/proportion.ts'
import { type Case, type Death, isTrusted, type Question, seriesName, type Symptom } from './case.ts'
import type { ProbeHistory } from './history.ts'
import { missesOf, sentAt, sentIn } from './questions.ts'
import type { Found } from './weigh.ts'

/** So long a symptom waits for an explanation, ms: what explains it may be a moment behind. */
const patienceMs = 5000
/** One lost datagram in many is the network's right; a verdict takes so many questions of a series, or one connection. */
const leastMisses = 3
/** Of what was asked meanwhile, surely more than this, as in `packet-loss`: so many in ten minutes may be one in a thousand. */
const leastShare = 0.01

/** What no rule explains is said to be so, with what was seen. */
export function unexplained(of: Case, isExplained: (symptom: Symptom) => boolean): readonly Found[] {
  const waiting = (symptom: Symptom) => !isExplained(symptom) && isTrusted(symptom) && of.at - symptom.at >= patienceMs
  const deaths = of.deaths.filter(waiting)
  const spates = of.probes.flatMap(port => spateOf(port, missesOf(of, port, always).filter(waiting)) ?? [])
  const explains: (Death | Question)[] = [...deaths, ...spates.flatMap(({ misses }) => misses)]
  if (explains.length === 0) return []
  const seen = [...counted(explains)]
  return [
    {
      rule: { name: 'unexplained', family: 'unexplained' },
      finding: {
        says: `${explains.length} faults fit none of the known mechanisms: ${seen.map(([what, n]) => `${n} × ${what}`).join(', ')}.`,
        explains,
        of: couldHave(of, deaths) + spates.reduce((sum, { asked }) => sum + asked, 0),
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

const always = { from: -Infinity, to: Infinity }

/** The longest stretch up to the last of them in which too many were missed for everyday life. */
function spateOf(port: ProbeHistory, misses: readonly Question[]): Spate | undefined {
  const to = Math.max(...misses.map(sentAt))
  for (let i = 0; i + leastMisses <= misses.length; i++) {
    const last = misses.slice(i)
    const asked = sentIn([port], { from: Math.min(...last.map(sentAt)), to }).length
    if (wilson(last.length, Math.max(asked, last.length)).low >= leastShare) return { misses: last, asked }
  }
  return undefined
}

interface Spate {
  readonly misses: readonly Question[]
  /** Out of so many. */
  readonly asked: number
}

/** Connections that could have died likewise: those that did, and those of the same cohorts that are open. */
const couldHave = ({ cohorts }: Case, deaths: readonly Death[]): number => {
  const lossy = new Set(deaths.map(seriesName))
  return cohorts.reduce((sum, { of, open }) => sum + (lossy.has(seriesName(of)) ? open : 0), deaths.length)
}

function counted(symptoms: readonly (Death | Question)[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const each of symptoms) counts.set(wordsOf(each), (counts.get(wordsOf(each)) ?? 0) + 1)
  return counts
}

const wordsOf = (symptom: Death | Question): string =>
  `${seriesName(symptom)}: ${symptom.fate} (${symptom.phase}${symptom.code ? `, ${symptom.code}` : ''})`
