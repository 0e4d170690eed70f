import type { Verdict } from '../outcome/verdict.ts'
import type { Case, Symptom } from './case.ts'
import { type Grounds, newGrounds, symptomsOf } from './grounds.ts'
import { isOver } from './over.ts'
import { type Found, surenessOf } from './weigh.ts'

/** The open verdicts, and which symptoms belong to which: a thousand resets from one cause are one verdict with a count. */
export interface Docket {
  /** Symptoms an open verdict has explained. */
  readonly settled: { has(symptom: Symptom): boolean }
  /** Symptoms a closed verdict has explained. */
  readonly spent: { has(symptom: Symptom): boolean }
  /** Takes the findings of one examination, and takes back verdicts of rules that are refuted. Returns what opened, changed or closed. */
  enter(found: readonly Found[], of: Case, refuted?: ReadonlySet<string>): readonly Verdict[]
  readonly open: readonly Verdict[]
}

interface Entry {
  verdict: Verdict
  readonly grounds: Grounds
  readonly rule: Found['rule']
}

export function docket(): Docket {
  const entries = new Map<string, Entry>()
  const settled = new WeakSet<Symptom>()
  const spent = new WeakSet<Symptom>()
  const numbers = new Map<string, number>()

  function enter(found: readonly Found[], of: Case, refuted: ReadonlySet<string> = new Set()): Verdict[] {
    const news: Verdict[] = []
    const wrong = [...entries.values()].filter(({ verdict }) => refuted.has(verdict.name))
    for (const { verdict } of wrong) entries.delete(keyOfVerdict(verdict))
    for (const each of found) {
      const verdict = take(each, of)
      if (verdict) news.push(verdict)
    }
    news.push(...wrong.map(entry => takeBack(entry, of.at)))
    const told = symptomsOf(of)
    for (const entry of entries.values()) {
      const better = found.find(each => isBetter(each, entry) || isWider(each, entry, found))
      const heir = better && entries.get(keyOf(better))
      if (heir && heir !== entry) inherit(heir, entry)
      if (better) news.push(close(entry, of.at, heir?.verdict.id))
      else if (isOver(entry.verdict, entry.grounds, of, entry.rule)) news.push(close(entry, of.at))
      // A clock that is set back makes them young again: they have been judged all the same.
      for (const symptom of entry.grounds.prune(told)) spent.add(symptom)
    }
    return news
  }

  function take(each: Found, of: Case): Verdict | undefined {
    const surer = [...entries.values()].find(entry => isSurer(entry, each))
    if (surer) return absorb(surer, each, of)
    const known = entries.get(keyOf(each))
    const { explains } = each.finding
    const hasNews = explains.some(symptom => !known?.grounds.has(symptom))
    if (known && !hasNews && surenessOf(each.finding) >= surenessOf(known.verdict)) return undefined
    const grounds = known?.grounds ?? newGrounds()
    grounds.add(explains)
    // What is unexplained stays so until somebody explains it: each time all of it is counted.
    if (each.rule.family !== 'unexplained') for (const symptom of grounds.recent) settled.add(symptom)
    const before = known?.verdict ?? { id: nextId(nameOf(each)), openedAt: of.at, of: 0 }
    const verdict = verdictOf(each, grounds, of, before)
    entries.set(keyOf(each), { verdict, grounds, rule: each.rule })
    return verdict
  }

  /** What an open verdict explains more surely is its news, not another verdict. */
  function absorb(entry: Entry, { finding }: Found, of: Case): Verdict | undefined {
    const { grounds, verdict } = entry
    if (finding.explains.every(symptom => grounds.has(symptom))) return undefined
    grounds.add(finding.explains)
    for (const symptom of finding.explains) settled.add(symptom)
    const all = Math.max(finding.of, Math.round((verdict.of * grounds.count) / verdict.count))
    entry.verdict = { ...verdict, ...countsOf(grounds, all), updatedAt: of.at }
    return entry.verdict
  }

  /** What a verdict stood on stays explained when another takes its place. */
  function inherit(heir: Entry, { grounds }: Entry): void {
    const before = heir.grounds.count
    heir.grounds.add([...grounds.recent])
    const all = Math.round((heir.verdict.of * heir.grounds.count) / before)
    heir.verdict = { ...heir.verdict, ...countsOf(heir.grounds, all) }
  }

  function close({ verdict, grounds }: Entry, at: number, supersededBy?: string): Verdict {
    for (const symptom of grounds.recent) if (!supersededBy) spent.add(symptom)
    entries.delete(keyOfVerdict(verdict))
    return { ...verdict, state: 'closed', closedAt: at, updatedAt: at, ...(supersededBy && { supersededBy }) }
  }

  /** Whoever explains most of what it stood on takes its place; what nobody explains is to be explained again. */
  function takeBack(entry: Entry, at: number): Verdict {
    const { recent } = entry.grounds
    const shared = (of: Entry) => [...recent].filter(symptom => of.grounds.has(symptom)).length
    const heir = [...entries.values()].toSorted((a, b) => shared(b) - shared(a)).find(each => shared(each) > 0)
    if (heir) inherit(heir, entry)
    else for (const symptom of recent) settled.delete(symptom)
    const { verdict } = entry
    return { ...verdict, state: 'closed', closedAt: at, updatedAt: at, ...(heir && { supersededBy: heir.verdict.id }) }
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

/** Something surer explains at least half of what this verdict stands on, as far as that is remembered. */
function isBetter(each: Found, { verdict, grounds: { recent } }: Entry): boolean {
  if (keyOf(each) === keyOfVerdict(verdict) || recent.size === 0) return false
  const shared = each.finding.explains.filter(symptom => recent.has(symptom)).length
  return shared * 2 >= recent.size && surenessOf(each.finding) < surenessOfVerdict(verdict)
}

/** An open verdict that more surely says the same, or holds at least half of what is found under another name. */
function isSurer({ verdict, grounds: { recent } }: Entry, each: Found): boolean {
  if (surenessOfVerdict(verdict) >= surenessOf(each.finding)) return false
  if (keyOf(each) === keyOfVerdict(verdict)) return true
  const shared = each.finding.explains.filter(symptom => recent.has(symptom)).length
  return shared > 0 && shared * 2 >= each.finding.explains.length
}

/**
 * As sure, it explains all that this verdict stands on and as much again, and what opened the verdict finds nothing any more:
 * that was how it looked at first.
 */
function isWider(each: Found, { verdict, grounds: { recent } }: Entry, found: readonly Found[]): boolean {
  const { explains } = each.finding
  if (recent.size === 0 || found.some(other => keyOf(other) === keyOfVerdict(verdict))) return false
  const shared = explains.filter(symptom => recent.has(symptom)).length
  return (
    shared === recent.size &&
    explains.length >= 2 * recent.size &&
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
  grounds: Grounds,
  of: Case,
  before: Pick<Verdict, 'id' | 'openedAt' | 'of'>,
): Verdict {
  const { variant, says, planned, exposureMs, confidence, evidence, ruledOut, missing, remedy } = finding
  // A case remembers less than a verdict that has been open for long: what is forgotten met it as often.
  const all = Math.round((grounds.count * finding.of) / finding.explains.length)
  return {
    id: before.id,
    name: nameOf({ rule, finding }),
    family: rule.family,
    ...(variant !== undefined && { variant }),
    says,
    planned: planned === true,
    state: 'open',
    openedAt: before.openedAt,
    updatedAt: of.at,
    ...countsOf(grounds, Math.max(all, before.of)),
    ...(exposureMs !== undefined && { exposureMs }),
    confidence,
    evidence,
    ruledOut,
    missing,
    remedy,
  }
}

const countsOf = ({ since, lastAt, series, count }: Grounds, all: number) => ({
  since,
  lastAt,
  series,
  count,
  of: Math.max(all, count),
})
