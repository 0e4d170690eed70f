import type { Verdict } from '../outcome/verdict.ts'
import { type Case, seriesName, type Symptom } from './case.ts'
import { isOver } from './over.ts'
import { type Found, surenessOf } from './weigh.ts'

/** The open verdicts, and which symptoms belong to which: a thousand resets from one cause are one verdict with a count. */
export interface Docket {
  /** Symptoms an open verdict has explained. */
  readonly settled: { has(symptom: Symptom): boolean }
  /** Symptoms a closed verdict has explained. */
  readonly spent: { has(symptom: Symptom): boolean }
  /** Takes the findings of one examination. Returns what opened, changed or closed. */
  enter(found: readonly Found[], of: Case): readonly Verdict[]
  readonly open: readonly Verdict[]
}

interface Entry {
  verdict: Verdict
  readonly symptoms: Set<Symptom>
}

export function docket(): Docket {
  const entries = new Map<string, Entry>()
  const settled = new WeakSet<Symptom>()
  const spent = new WeakSet<Symptom>()
  const numbers = new Map<string, number>()

  function enter(found: readonly Found[], of: Case): Verdict[] {
    const news: Verdict[] = []
    for (const each of found) {
      const verdict = take(each, of)
      if (verdict) news.push(verdict)
    }
    for (const entry of entries.values()) {
      const better = found.find(each => isBetter(each, entry) || isWider(each, entry, found))
      if (better) news.push(close(entry, of.at, entries.get(keyOf(better))?.verdict.id))
      else if (isOver(entry.verdict, entry.symptoms, of)) news.push(close(entry, of.at))
    }
    return news
  }

  function take(each: Found, of: Case): Verdict | undefined {
    const surer = [...entries.values()].find(entry => isSurer(entry, each))
    if (surer) return absorb(surer, each, of)
    const known = entries.get(keyOf(each))
    const fresh = each.finding.explains.filter(symptom => !known?.symptoms.has(symptom))
    if (known && fresh.length === 0 && surenessOf(each.finding) >= surenessOf(known.verdict)) return undefined
    const symptoms = new Set([...(known?.symptoms ?? []), ...each.finding.explains])
    // What is unexplained stays so until somebody explains it: each time all of it is counted.
    if (each.rule.family !== 'unexplained') for (const symptom of symptoms) settled.add(symptom)
    const verdict = verdictOf(each, symptoms, of, known?.verdict ?? { id: nextId(nameOf(each)), openedAt: of.at })
    entries.set(keyOf(each), { verdict, symptoms })
    return verdict
  }

  /** What an open verdict explains more surely is its news, not another verdict. */
  function absorb(entry: Entry, { finding }: Found, of: Case): Verdict | undefined {
    const fresh = finding.explains.filter(symptom => !entry.symptoms.has(symptom))
    if (fresh.length === 0) return undefined
    for (const symptom of fresh) settled.add(symptom)
    for (const symptom of fresh) entry.symptoms.add(symptom)
    const { symptoms, verdict } = entry
    entry.verdict = { ...verdict, ...countsOf(symptoms, Math.max(finding.of, verdict.of)), updatedAt: of.at }
    return entry.verdict
  }

  function close({ verdict, symptoms }: Entry, at: number, supersededBy?: string): Verdict {
    for (const symptom of symptoms) if (!supersededBy) spent.add(symptom)
    entries.delete(keyOfVerdict(verdict))
    return { ...verdict, state: 'closed', closedAt: at, updatedAt: at, ...(supersededBy && { supersededBy }) }
  }

  function nextId(name: string): string {
    const number = (numbers.get(name) ?? 0) + 1
    numbers.set(name, number)
    return `${name}-${number}`
  }

  return {
    settled,
    spent,
    enter,
    get open() {
      return [...entries.values()].map(({ verdict }) => verdict)
    },
  }
}

/** Something surer explains at least half of what this verdict stands on. */
function isBetter(each: Found, { verdict, symptoms }: Entry): boolean {
  if (keyOf(each) === keyOfVerdict(verdict)) return false
  const shared = each.finding.explains.filter(symptom => symptoms.has(symptom)).length
  return shared * 2 >= symptoms.size && surenessOf(each.finding) < surenessOfVerdict(verdict)
}

/** An open verdict that more surely says the same, or holds at least half of what is found under another name. */
function isSurer({ verdict, symptoms }: Entry, each: Found): boolean {
  if (surenessOfVerdict(verdict) >= surenessOf(each.finding)) return false
  if (keyOf(each) === keyOfVerdict(verdict)) return true
  const shared = each.finding.explains.filter(symptom => symptoms.has(symptom)).length
  return shared > 0 && shared * 2 >= each.finding.explains.length
}

/**
 * As sure, it explains all that this verdict stands on and as much again, and what opened the verdict finds nothing any more:
 * that was how it looked at first.
 */
function isWider(each: Found, { verdict, symptoms }: Entry, found: readonly Found[]): boolean {
  const { explains } = each.finding
  if (found.some(other => keyOf(other) === keyOfVerdict(verdict))) return false
  const shared = explains.filter(symptom => symptoms.has(symptom)).length
  return (
    shared === symptoms.size &&
    explains.length >= 2 * symptoms.size &&
    surenessOf(each.finding) <= surenessOfVerdict(verdict)
  )
}

/** Nothing is less sure than what nobody could explain. */
const surenessOfVerdict = (verdict: Verdict): number =>
  verdict.name === 'unexplained'
    ? Infinity
    : surenessOf({ confidence: verdict.confidence, ...(verdict.name === verdict.family && { only: 'family' }) })

const nameOf = ({ rule, finding }: Found): string => (finding.only === 'family' ? rule.family : rule.name)
const keyOf = (found: Found): string => `${nameOf(found)} ${found.finding.variant ?? ''}`
const keyOfVerdict = ({ name, variant = '' }: Verdict): string => `${name} ${variant}`

function verdictOf(
  { rule, finding }: Found,
  symptoms: ReadonlySet<Symptom>,
  of: Case,
  { id, openedAt }: { readonly id: string; readonly openedAt: number },
): Verdict {
  const { variant, says, planned, exposureMs, confidence, evidence, ruledOut, missing, remedy } = finding
  return {
    id,
    name: nameOf({ rule, finding }),
    family: rule.family,
    ...(variant !== undefined && { variant }),
    says,
    planned: planned === true,
    state: 'open',
    openedAt,
    updatedAt: of.at,
    ...countsOf(symptoms, finding.of),
    ...(exposureMs !== undefined && { exposureMs }),
    confidence,
    evidence,
    ruledOut,
    missing,
    remedy,
  }
}

function countsOf(symptoms: ReadonlySet<Symptom>, all: number) {
  const times = [...symptoms].map(({ at }) => at)
  return {
    since: Math.min(...times),
    lastAt: Math.max(...times),
    series: [...new Set([...symptoms].map(seriesName))].toSorted(),
    count: symptoms.size,
    of: Math.max(all, symptoms.size),
  }
}
